// The settings, by what they are about: those that matter, and all others folded away below them.

import { CallError, call, get } from './api.js'
import { $, el, say } from './dom.js'
import { changeSettings, readSettings, server, settingsChanged, takeSettings } from './server.js'
import { knows, languageChanged, named, number, t } from './strings.js'
import { toast } from './toasts.js'

const groups = {
  devices: ['openvino_devices', 'workers_per_device', 'openvino_accuracy', 'auto_error_bound'],
  drawing: ['clip_skip', 'emphasis', 'schedule_counting', 'preview_steps', 'preview_method', 'image_format'],
  gallery: ['picture_names', 'keep_pictures', 'keep_days'],
  care: ['fidelity_check_pictures', 'fidelity_check_hours', 'fidelity_last_rung'],
}
/** Folded away. */
const more = {
  parts: ['text_encoder', 'unet', 'vae'].flatMap(part => [`openvino_devices_${part}`, `openvino_accuracy_${part}`]),
  compiling: ['shapes', 'context_chunks', 'memory_budget_bytes', 'vae_tiling', 'disk_cache_bytes', 'prediction'],
  bounds: ['fidelity_bound_text_encoder', 'fidelity_bound_unet', 'fidelity_bound_vae', 'reload_pictures', 'reload_hours'],
  prompts: ['comma_backtrack', 'pad_conditionings', 'eta_ancestral', 'eta_ddim'],
  queue: ['queue_capacity', 'queue_batch_size', 'queue_patience_jobs', 'queue_patience_minutes', 'job_minutes'],
  limits: ['max_pixels', 'max_input_pixels', 'max_steps', 'max_pictures', 'max_prompt_length', 'max_body_bytes', 'max_requests_per_second', 'max_event_streams'],
}
/** The form for drawing has a place for it. */
const elsewhere = new Set(['model'])

/** What was typed and not applied yet, by key: it stays while all else is shown anew. */
let typed = {}
/** The machine's devices by OpenVINO's names; null while they are not known. */
let devices = null

// Words. What a request may say has its name from the form for drawing.

const label = key => (knows(`setting.${key}`) ? t(`setting.${key}`) : knows(key) ? t(key) : key)

function meaning({ key, meaning: words }) {
  if (knows(`setting.${key}`)) return t(`setting.${key}.meaning`)
  if (knows(key)) return knows(`${key}.hint`) ? `${t(`${key}.hint`)}${t('settings.stop')}` : ''
  return `${words[0].toUpperCase()}${words.slice(1)}.`
}

/** `auto` of `openvino_accuracy_vae` is `choice.accuracy.auto`. */
const choice = (key, word) => {
  const kind = key.startsWith('openvino_accuracy') ? 'accuracy' : key
  // What all parts have is no part's own.
  if (word === '' && key === 'openvino_accuracy') return '–'
  return knows(`choice.${kind}.${word}`) ? t(`choice.${kind}.${word}`) : named('choice', String(word))
}

// Values as they are typed and shown

const byteUnits = [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['kB', 1e3]]
const binaryUnits = [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]]

/** `20 GB`: in the largest unit that needs no more than three decimals. */
function size(count) {
  const fits = ([, unit]) => count >= unit && Number.isInteger(count / unit * 1000)
  const [name, unit] = byteUnits.find(fits) ?? binaryUnits.find(([, unit]) => count >= unit && count % unit === 0) ?? ['B', 1]
  return count === 0 ? '0' : `${count / unit} ${name}`
}

function text({ kind }, value) {
  if (Array.isArray(value)) return value.some(name => name.includes(',')) ? JSON.stringify(value) : value.join(', ')
  if (kind === 'bytes' && typeof value === 'number') return size(value)
  if (kind === 'fraction' && typeof value === 'number') return `${Number((value * 100).toPrecision(12))} %`
  return String(value ?? '')
}

/** The same as a sentence has it. */
function words(item, value) {
  const { key, kind, unit } = item
  if (kind === 'devices') return value.length ? value.join(', ') : t(isOfPart(key) ? 'devices.general' : 'devices.auto')
  if (kind === 'choice' || kind === 'flag') return choice(key, value ?? '')
  const plain = typeof value === 'number' && ['whole', 'number'].includes(kind) ? number(value, 6) : text(item, value)
  const whole = [plain, unit && unit !== 'bytes' && t(`unit.${unit}`)].filter(Boolean).join(' ')
  // A number and its unit stay in one line.
  return plain ? whole.replace(/ (?=[^ ]+$)/, '\u00a0') : t('settings.nothing')
}

const isOfPart = key => key !== 'openvino_devices'

// Fields

/** A field for a setting, as its kind is. What counts is the element with the key as its name. */
function input(item) {
  const { key, kind, choices } = item
  const id = `setting-${key}`
  const value = key in typed ? typed[key] : text(item, item.value)
  if (kind === 'devices') return deviceList(item, value)
  if (choices.length) {
    const select = el('select', { id, name: key }, choices.map(word => el('option', { value: word }, choice(key, word))))
    select.value = value
    return select
  }
  return el('input', { id, name: key, type: 'text', value, inputMode: kind === 'whole' || kind === 'number' ? 'decimal' : 'text', spellcheck: false, autocomplete: 'off' })
}

const names = value => (value.startsWith('[') ? JSON.parse(value) : value.split(',').map(name => name.trim()).filter(Boolean))

/** Devices in order, with buttons; and those that can be added. */
function deviceList(item, value) {
  const { key } = item
  const chosen = names(value)
  const change = next => {
    typed[key] = text(item, next)
    show()
    $(`setting-${key}`).focus()
  }
  const known = devices ?? []
  const entries = chosen.map((name, index) => el('li', {}, el('span', {}, `${index + 1}. ${name}`,
    devices && !known.some(device => device.name === name) && !name.startsWith('HETERO') && el('em', {}, ` – ${t('devices.gone')}`)),
  index > 0 && el('button', {
    type: 'button', 'aria-label': t('devices.up', { name }), title: t('devices.up', { name }),
    onclick: () => change([...chosen.slice(0, index - 1), name, chosen[index - 1], ...chosen.slice(index + 1)]),
  }, '↑'),
  el('button', {
    type: 'button', 'aria-label': t('devices.remove', { name }), title: t('devices.remove', { name }), onclick: () => change(chosen.filter(other => other !== name)),
  }, '✕')))
  const rest = known.filter(({ name }) => !chosen.includes(name))
  const add = el('select', { id: `setting-${key}`, disabled: !rest.length && !chosen.length, onchange: () => change([...chosen, add.value]) },
    el('option', { value: '' }, t('devices.add')), rest.map(({ name, full_name: full }) => el('option', { value: name }, full.includes(name) ? full : `${name}: ${full}`)))
  return el('div', { class: 'devices' },
    chosen.length ? el('ol', {}, entries) : el('p', {}, t(isOfPart(key) ? 'devices.general' : 'devices.auto')),
    add, el('input', { type: 'hidden', name: key, value }))
}

function row(item) {
  const { key, unit, default: standard, source } = item
  const name = label(key)
  const field = input(item)
  const control = field.id ? field : field.querySelector('select')
  control.setAttribute('aria-describedby', `about-${key}`)
  const usual = words(item, standard)
  const isChanged = text(item, item.value) !== text(item, standard)
  const isTyped = key in typed && typed[key] !== text(item, item.value)
  const origin = source === 'default' ? '' : t(`settings.source.${source}`)
  return el('div', { class: 'setting field', 'data-field': key },
    el('label', { htmlFor: control.id }, name),
    el('div', { class: 'value' }, field, unit && unit !== 'bytes' && el('span', { class: 'unit' }, t(`unit.${unit}`)),
      isChanged && el('button', {
        type: 'button', class: 'reset', 'aria-label': t('settings.reset', { label: name, value: usual }), title: t('settings.reset', { label: name, value: usual }),
        onclick: () => reset(item),
      }, '↺')),
    el('p', { class: 'note', id: `about-${key}` },
      [meaning(item), t('settings.default', { value: usual })].filter(Boolean).join(t('sentences')),
      origin && ` · ${origin}`, isTyped && ` · ${t('settings.changed')}`))
}

// The view

const group = (name, keys) => {
  const items = keys.map(key => server.settings.get(key)).filter(Boolean)
  return items.length > 0 && el('fieldset', {}, el('legend', {}, t(name)), items.map(row))
}

function show() {
  if (!server.settings.size) return
  const wasOpen = $('settings-body').querySelector('details')?.open
  const focused = document.activeElement.id
  const grouped = new Set(Object.values({ ...groups, ...more }).flat())
  const rest = [...server.settings.keys()].filter(key => !grouped.has(key) && !elsewhere.has(key))
  // Defaults of requests belong to those of prompts; what this page was not told of is left.
  const ofRequests = rest.filter(key => knows(key))
  const others = { ...more, prompts: [...more.prompts, ...ofRequests], other: rest.filter(key => !knows(key)) }
  $('settings-body').replaceChildren(
    ...Object.entries(groups).map(([name, keys]) => group(`settings.group.${name}`, keys)).filter(Boolean),
    el('details', { open: wasOpen }, el('summary', {}, t('settings.others')),
      Object.entries(others).map(([name, keys]) => group(name === 'other' ? 'settings.others' : `settings.group.${name}`, keys))))
  find()
  if (focused && !$('settings').hidden) $(focused)?.focus()
}

/** Whether the folded settings were open before a search opened them. */
let wasFolded = null

/** Shows those that have all words of the search field; all, when it is empty. */
function find() {
  const wanted = $('settings-search').value.toLowerCase().split(/\s+/).filter(Boolean)
  const body = $('settings-body')
  let count = 0
  for (const place of body.querySelectorAll('.setting')) {
    const words = `${place.textContent} ${place.dataset.field}`.toLowerCase()
    place.hidden = !wanted.every(word => words.includes(word))
    if (!place.hidden) count += 1
  }
  for (const set of body.querySelectorAll('fieldset')) set.hidden = !set.querySelector('.setting:not([hidden])')
  const folded = body.querySelector('details')
  if (wanted.length) {
    wasFolded ??= !folded.open
    folded.open = true
    folded.hidden = !folded.querySelector('.setting:not([hidden])')
  } else {
    // What is not applied yet stays in sight.
    if (wasFolded && !Object.keys(typed).length) folded.open = false
    wasFolded = null
    folded.hidden = false
  }
  $('settings-note').textContent = !wanted.length ? '' : count ? t('settings.found', { count }) : t('settings.none')
}

function clearErrors() {
  say($('settings-error'))
  for (const place of $('settings-body').querySelectorAll('.error')) place.remove()
  for (const field of $('settings-body').querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

/** Why a value was refused, by the name that the page has for the setting. */
function refusal(item, value, error) {
  const { key, kind, minimum: min, maximum: max } = item
  const values = { label: label(key), value, min: number(min ?? 0, 6), max: number(max ?? 0, 6) }
  const hasRange = min !== null && max !== null
  if ((kind === 'whole' || kind === 'number') && hasRange || kind === 'bytes' || kind === 'fraction') return t(`settings.error.${kind}`, values)
  return error.message.replace(key, values.label)
}

function showRefusal(error, values) {
  const item = server.settings.get(error.field)
  if (!item || !(error.field in values)) return say($('settings-error'), error.message)
  const place = $('settings-body').querySelector(`[data-field="${error.field}"]`)
  const field = $(`setting-${error.field}`)
  if (place.hidden) {
    $('settings-search').value = ''
    find()
  }
  field.closest('details')?.setAttribute('open', '')
  field.setAttribute('aria-invalid', 'true')
  place.append(el('p', { class: 'error', role: 'alert' }, refusal(item, values[error.field], error)))
  field.focus()
}

async function apply(event) {
  event.preventDefault()
  clearErrors()
  const fields = [...$('settings-form').elements].filter(({ name }) => server.settings.has(name))
  const changed = fields.filter(({ name, value }) => value !== text(server.settings.get(name), server.settings.get(name).value))
  if (!changed.length) return toast(t('settings.same'))
  const values = Object.fromEntries(changed.map(({ name, value }) => [name, value]))
  typed = {}
  try {
    await changeSettings(values, $('keep').checked)
    toast(t('settings.done'))
  } catch (error) {
    typed = { ...values, ...typed }
    if (!(error instanceof CallError)) throw error
    showRefusal(error, values)
  }
}

async function reset(item) {
  clearErrors()
  const { key, default: standard } = item
  delete typed[key]
  try {
    takeSettings(await call('DELETE', `/api/v1/settings/${key}?keep=${$('keep').checked}`))
    toast(t('settings.resetDone', { label: label(key), value: words(item, standard) }))
    // The button is gone.
    $(`setting-${key}`).focus()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    say($('settings-error'), error.message)
  }
}

/** The view comes to the front. */
export async function openSettings() {
  try {
    await readSettings()
    // Asked for once: each device is tried out for the answer.
    devices ??= (await get('/api/v1/devices')).devices
    show()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    say($('settings-error'), error.message)
  }
}

export function startSettings() {
  $('settings-form').addEventListener('submit', apply)
  $('settings-form').addEventListener('input', ({ target }) => { if (server.settings.has(target.name)) typed[target.name] = target.value })
  $('settings-search').addEventListener('input', find)
  settingsChanged.listen(show)
  languageChanged.listen(show)
}
