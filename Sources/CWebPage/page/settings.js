// The settings that matter, and all others below them.

import { CallError } from './api.js'
import { $, el, say } from './dom.js'
import { changeSettings, readSettings, server, settingsChanged } from './server.js'
import { knows, languageChanged, named, t } from './strings.js'
import { toast } from './toasts.js'

const groups = {
  devices: ['openvino_devices', 'openvino_accuracy', 'auto_error_bound'],
  drawing: ['clip_skip', 'emphasis', 'schedule_counting', 'preview_steps', 'queue_batch_size'],
  care: ['fidelity_check_pictures', 'fidelity_check_hours', 'fidelity_last_rung'],
  gallery: ['keep_pictures', 'keep_days'],
}
/** The form for drawing has a place for it. */
const elsewhere = new Set(['model'])

/** What was typed and not applied yet, by key: it stays while all else is shown anew. */
let typed = {}

const text = value => (Array.isArray(value) ? value.join(', ') : String(value ?? ''))

/** A field for a setting, as its value is: yes or no, one of several words, a number, or text. */
function input({ key, value, choices }) {
  const id = `setting-${key}`
  if (choices.length) {
    const kind = typeof value === 'boolean' ? 'choice' : 'accuracy'
    const words = choices.map(choice => [choice, named(kind, choice) || '–'])
    const select = el('select', { id, name: key }, words.map(([value, label]) => el('option', { value }, label)))
    select.value = text(value)
    return select
  }
  return el('input', { id, name: key, type: 'text', value: text(value), inputMode: typeof value === 'number' ? 'decimal' : 'text', spellcheck: false })
}

function row(item) {
  const { key, meaning, default: standard, source, allowed } = item
  const isKnown = knows(`setting.${key}`)
  const field = input(item)
  if (key in typed) field.value = typed[key]
  field.setAttribute('aria-describedby', `about-${key}`)
  const origin = source === 'default' ? '' : t(`settings.source.${source}`)
  return el('div', { class: 'setting field', 'data-field': key },
    el('label', { htmlFor: field.id }, isKnown ? t(`setting.${key}`) : key), field,
    el('p', { class: 'note', id: `about-${key}` },
      isKnown ? t(`setting.${key}.meaning`) : `${meaning[0].toUpperCase()}${meaning.slice(1)}. ${allowed[0].toUpperCase()}${allowed.slice(1)}.`,
      ' ', t('settings.default', { value: text(standard) || t('settings.nothing') }), origin && ` · ${origin}`))
}

function show() {
  if (!server.settings.size) return
  const wasOpen = $('settings-body').querySelector('details')?.open
  const focused = document.activeElement.id
  const grouped = new Set(Object.values(groups).flat())
  const others = [...server.settings.values()].filter(({ key }) => !grouped.has(key) && !elsewhere.has(key))
  $('settings-body').replaceChildren(
    ...Object.entries(groups).map(([name, keys]) => el('fieldset', {}, el('legend', {}, t(`settings.group.${name}`)),
      keys.map(key => server.settings.get(key)).filter(Boolean).map(row))),
    el('details', { open: wasOpen }, el('summary', {}, t('settings.others')), others.map(row)))
  if (focused && !$('settings').hidden) $(focused)?.focus()
}

function clearErrors() {
  say($('settings-error'))
  for (const place of $('settings-body').querySelectorAll('.error')) place.remove()
  for (const field of $('settings-body').querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

async function apply(event) {
  event.preventDefault()
  clearErrors()
  const fields = [...$('settings-form').elements].filter(({ name }) => server.settings.has(name))
  const changed = fields.filter(({ name, value }) => value !== text(server.settings.get(name).value))
  if (!changed.length) return toast(t('settings.same'))
  const values = Object.fromEntries(changed.map(({ name, value }) => [name, value]))
  typed = {}
  try {
    await changeSettings(values, $('keep').checked)
    toast(t('settings.done'))
  } catch (error) {
    typed = { ...values, ...typed }
    if (!(error instanceof CallError)) throw error
    const field = changed.find(({ name }) => name === error.field)
    if (!field) return say($('settings-error'), error.message)
    field.setAttribute('aria-invalid', 'true')
    field.closest('details')?.setAttribute('open', '')
    field.closest('.field').append(el('p', { class: 'error', role: 'alert' }, error.message))
    field.focus()
  }
}

/** The view comes to the front. */
export const openSettings = () => readSettings().catch(error => say($('settings-error'), error.message))

export function startSettings() {
  $('settings-form').addEventListener('submit', apply)
  $('settings-form').addEventListener('input', ({ target }) => { if (server.settings.has(target.name)) typed[target.name] = target.value })
  settingsChanged.listen(show)
  languageChanged.listen(show)
}
