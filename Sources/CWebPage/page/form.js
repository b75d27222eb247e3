// The form that says what to draw: what it offers, what it remembers, and what is sent.

import { CallError, call, get, submit } from './api.js'
import { $, el, say } from './dom.js'
import { addFoldedFields } from './folded.js'
import { fieldsOf, modelOf, parseInfotext } from './infotext.js'
import { explain } from './prompt.js'
import { changeSettings, currentModel, loadModel, modelsChanged, server, setting, settingsChanged } from './server.js'
import { languageChanged, named, number, t } from './strings.js'
import { toast } from './toasts.js'

const stored = 'easel.form'
/** Those that may be empty. */
const texts = new Set(['prompt', 'negative_prompt'])
/** What there is to choose from, as A1111's API lists it. */
let samplers = [], schedules = []
/** Fields by their names in the API. */
const fields = () => [...$('form').elements].filter(({ name, multiple }) => name && !multiple)
/** Fields that the model at hand has a use for. */
const usedFields = () => fields().filter(input => !input.closest('details[hidden]'))

// Errors belong where they arose.

function clearErrors() {
  say($('form-error'))
  for (const place of document.querySelectorAll('#form .field > .error')) place.remove()
  for (const input of document.querySelectorAll('#form [aria-invalid]')) {
    input.removeAttribute('aria-invalid')
    input.removeAttribute('aria-describedby')
  }
}

/** @param {CallError} error */
function showError(error) {
  if (!(error instanceof CallError)) throw error
  const place = error.field && document.querySelector(`#form .field[data-field="${CSS.escape(error.field)}"]`)
  if (!place) return say($('form-error'), error.message)
  const id = `error-${error.field}`
  const input = place.querySelector('input, select, textarea')
  place.append(el('p', { class: 'error', id, role: 'alert' }, error.message))
  input.setAttribute('aria-invalid', 'true')
  input.setAttribute('aria-describedby', id)
  place.closest('details')?.setAttribute('open', '')
  input.focus()
}

/** What `POST /api/v1/jobs` takes. What is left empty is the server's choice. */
function request() {
  const job = {}
  // The server reads numbers that are written as text, and judges what is none; seeds have more digits than numbers here.
  for (const { name, value, dataset } of usedFields()) if ((value.trim() !== '' || texts.has(name)) && value !== dataset.usual) job[name] = value
  const styles = [...$('styles').selectedOptions].map(({ value }) => value)
  return { ...job, ...(styles.length && { styles }), ...(server.model && { model: server.model }) }
}

async function send(event) {
  event?.preventDefault()
  clearErrors()
  // A number field that holds something else is empty to scripts.
  for (const input of fields()) if (input.validity.badInput) return showError(new CallError({ field: input.name, message: input.validationMessage }))
  try {
    await submit(request())
    // On a phone the pictures come below the form.
    if (matchMedia('(max-width: 860px)').matches) $('jobs').scrollIntoView({ block: 'center' })
  } catch (error) {
    showError(error)
  }
}

/** Ctrl+Enter, wherever one types. */
export const generate = () => $('form').requestSubmit()

// What was typed is there again at the next visit.

const remember = () => localStorage.setItem(stored, JSON.stringify(Object.fromEntries(fields().map(({ name, value }) => [name, value]))))

function recall() {
  try {
    fill(JSON.parse(localStorage.getItem(stored) ?? '{}'))
  } catch {
    localStorage.removeItem(stored)
  }
}

/** Values by the names of fields; others stay as they are. */
function fill(values) {
  for (const input of fields()) {
    const value = values[input.name]
    if (value === undefined) continue
    if (input.tagName === 'SELECT') {
      // Infotexts have labels, the API has names: `SGM Uniform`, `sgm_uniform`.
      const folded = text => text.toLowerCase().replace(/[\s_]/g, '')
      const option = [...input.options].find(option => folded(option.value) === folded(value) || folded(option.label) === folded(value))
      if (option) input.value = option.value
    } else {
      input.value = value
    }
    // What counts is seen.
    if (input.value !== (input.dataset.usual ?? '')) input.closest('details')?.setAttribute('open', '')
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

/**
 * Fills the form with what an infotext tells.
 * @returns {boolean} whether the text is one
 */
export function fillFrom(text) {
  const info = parseInfotext(text)
  if (!info) return false
  clearErrors()
  $('styles').selectedIndex = -1 // They stand in the prompts already.
  fill(namesOf(fieldsOf(info), info.parameters))
  const { model, note } = modelOf(info.parameters, server.models)
  if (model && model !== server.model) chooseModel(model)
  if (note) toast(t(note.key, note.values))
  return true
}

/** The sampler and schedule that are meant, and a word on what is not done here. */
function namesOf(fields, parameters) {
  // Older versions of A1111 fuse them: `DPM++ 2M Karras`.
  const fused = schedules.find(({ label }) => fields.sampler?.toLowerCase().endsWith(` ${label.toLowerCase()}`))
  if (fused) Object.assign(fields, { sampler: fields.sampler.slice(0, -fused.label.length - 1), schedule: fields.schedule ?? fused.name })
  const sampler = samplers.find(({ name }) => name === fields.sampler)
  fields.schedule ??= 'automatic'
  const others = ['Hires upscale', 'Denoising strength', 'Lora hashes', 'Emphasis', 'Pad conds', 'Grading lut cube file'].filter(name => parameters.has(name))
  if (fields.sampler && !sampler) others.unshift(`Sampler: ${fields.sampler}`)
  if (others.length) toast(t('fill.others', { names: others.join(', ') }))
  return fields
}

// What there is to choose from

const option = (value, label = value) => el('option', { value }, label)

function replaceOptions(select, options, value = select.value) {
  select.replaceChildren(...options)
  select.value = value
  if (select.selectedIndex < 0) select.selectedIndex = 0
}

function showModels() {
  replaceOptions($('model'), server.models.map(({ name }) => option(name)), server.model)
  fitSize()
  showSuits()
}

async function chooseModel(name) {
  clearErrors()
  try {
    await loadModel(name)
  } catch (error) {
    showError(new CallError({ ...error, message: error.message, field: 'model' }))
    showModels()
  }
}

function showAccuracy() {
  const modes = server.settings.get('openvino_accuracy')?.choices ?? []
  replaceOptions($('accuracy'), modes.map(mode => option(mode, named('accuracy', mode))), setting('openvino_accuracy'))
  $('clip_skip').placeholder = setting('clip_skip') ?? ''
}

async function chooseAccuracy() {
  clearErrors()
  const mode = $('accuracy').value
  try {
    await changeSettings({ openvino_accuracy: mode }, false)
    toast(t('accuracy.changed', { mode: named('accuracy', mode) }))
  } catch (error) {
    showError(error)
    showAccuracy()
  }
}

// Models that draw in few steps

const range = (least, most) => (least === most ? number(most, 2) : `${number(least, 2)}–${number(most, 2)}`)

/** Offers what suits the model, if it has something of its own. */
function showSuits() {
  const suits = currentModel()?.suits
  $('suits').hidden = !suits
  if (!suits) return
  const settings = [
    `${t('steps')} ${range(suits.min_steps, suits.max_steps)}`, `${t('cfg')} ${range(suits.min_cfg_scale, suits.max_cfg_scale)}`,
    suits.sampler, schedules.find(({ name }) => name === suits.schedule)?.label ?? suits.schedule,
    suits.width && `${suits.width}×${suits.height}`,
  ]
  $('suits-text').textContent = t('suits.text', { name: suits.name, settings: settings.filter(Boolean).join(' · ') })
}

/** Fills the form with it. What the server leaves out, or this form has no field for, stays as it is. */
function useSuits() {
  const suits = currentModel()?.suits ?? {}
  clearErrors()
  fill(Object.fromEntries(['steps', 'cfg_scale', 'sampler', 'schedule', 'eta', 'width', 'height'].map(name => [name, suits[name]])))
}

// Sizes

/** What the fields were given for the model; nobody's own choice. */
let fittedSide = 0

/** A new model has another size of its own, which the fields follow unless somebody chose one. */
function fitSize() {
  const { native_size: side = 512, size_multiple: multiple = 8, takes_sizes = false } = currentModel() ?? {}
  $('sizes').hidden = !takes_sizes
  if (!side) return
  for (const name of ['width', 'height']) {
    $(name).step = multiple ?? 8
    if (!$(name).value || Number($(name).value) === fittedSide) $(name).value = side
  }
  fittedSide = side
  showPresets()
}

function presets() {
  const { native_size, native_sizes = [], size_multiple } = currentModel() ?? {}
  // A model that was trained on several sizes draws those best.
  if (native_sizes.length > 1) {
    return native_sizes.map(size => size.split('x').map(Number)).map(([w, h]) => [w === h ? 'square' : w < h ? 'portrait' : 'landscape', w, h])
  }
  const side = native_size ?? 512, multiple = Math.max(size_multiple ?? 8, 8)
  const round = value => Math.max(multiple, Math.round(value / multiple) * multiple)
  return [
    ['square', side, side], ['portrait', side, round(side * 1.5)], ['landscape', round(side * 1.5), side],
    ['small', round(side / 2), round(side / 2)], ['large', round(side * 1.5), round(side * 1.5)],
  ]
}

function showPresets() {
  const [width, height] = [$('width').value, $('height').value]
  for (const name of ['original_size', 'target_size']) $(name).placeholder = `${width}x${height}`
  const options = presets().map(([name, w, h]) => option(`${w}x${h}`, `${t(`size.${name}`)} ${w}×${h}`))
  const now = `${width}x${height}`
  if (!options.some(({ value }) => value === now)) options.push(option(now, t('size.other')))
  replaceOptions($('preset'), options, now)
}

const setSize = (width, height) => fill({ width: String(width), height: String(height) })

/** Tells which schedule is the sampler's own. */
function showAutomatic() {
  const { options } = samplers.find(({ name }) => name === $('sampler').value) ?? {}
  const label = name => schedules.find(schedule => schedule.name === name)?.label
  const [automatic] = $('schedule').options
  if (automatic) automatic.label = options?.scheduler ? `${label(options.scheduler)} (${label('automatic')})` : label('automatic')
}

/** Asks what there is to choose from; then what was typed at the last visit can be shown. */
export async function readChoices() {
  let styles
  [samplers, schedules, styles] = await Promise.all(['samplers', 'schedulers', 'prompt-styles'].map(list => get(`/sdapi/v1/${list}`)))
  replaceOptions($('sampler'), samplers.map(({ name }) => option(name)))
  replaceOptions($('schedule'), schedules.map(({ name, label }) => option(name, label)))
  replaceOptions($('styles'), styles.map(({ name }) => option(name)))
  $('styles').selectedIndex = -1
  $('styles').closest('.field').hidden = styles.length === 0
  // Schedules have labels now.
  showSuits()
  recall()
  showAutomatic()
}

/**
 * Starts the form.
 * @param {function} latest the newest picture, if there is one
 */
export function startForm({ latest }) {
  const form = $('form')
  addFoldedFields()
  form.addEventListener('submit', send)
  form.addEventListener('input', remember)
  $('sampler').addEventListener('input', showAutomatic)
  $('model').addEventListener('change', () => chooseModel($('model').value))
  $('suits-use').addEventListener('click', useSuits)
  $('accuracy').addEventListener('change', chooseAccuracy)
  $('preset').addEventListener('change', () => setSize(...$('preset').value.split('x')))
  $('swap').addEventListener('click', () => setSize($('height').value, $('width').value))
  for (const name of ['width', 'height']) $(name).addEventListener('input', showPresets)
  $('seed-random').addEventListener('click', () => fill({ seed: '' }))
  $('seed-reuse').addEventListener('click', () => {
    // As it is written there: a number would lose its last digits.
    const seed = parseInfotext(latest()?.infotext ?? '')?.parameters.get('Seed')
    if (seed) fill({ seed })
  })
  // A text with parameters is a whole form, not a prompt.
  $('prompt').addEventListener('paste', event => {
    if (fillFrom(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault()
  })

  modelsChanged.listen(showModels)
  settingsChanged.listen(showAccuracy)
  languageChanged.listen(() => { showAccuracy(); showSuits(); showPresets() })
  showModels()
  showAccuracy()
  showPresets()
  explain('prompt')
  explain('negative_prompt')
}

// Dropping a picture

async function read(file) {
  if (!['image/png', 'image/jpeg', 'image/webp'].includes(file.type)) return toast(t('drop.other', { name: file.name }))
  try {
    const image = await new Promise((resolve, reject) => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result)
      reader.onerror = () => reject(new CallError({ message: reader.error.message }))
      reader.readAsDataURL(file)
    })
    const { info } = await call('POST', '/sdapi/v1/png-info', { image })
    toast(fillFrom(info) ? t('drop.done') : t('drop.none', { name: file.name }))
    location.hash = '#/create'
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

/** Lets files be dropped anywhere. */
export function acceptDrops() {
  const hasFile = event => event.dataTransfer?.types.includes('Files')
  const show = isOver => { $('drop').hidden = !isOver }
  document.addEventListener('dragover', event => { if (hasFile(event)) { event.preventDefault(); show(true) } })
  document.addEventListener('dragleave', event => { if (!event.relatedTarget) show(false) })
  document.addEventListener('drop', event => {
    show(false)
    if (!hasFile(event)) return
    event.preventDefault()
    const [file] = event.dataTransfer.files
    if (file) read(file)
  })
}
