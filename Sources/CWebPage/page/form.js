// The recipe that says what to draw: its fields, what is remembered of them, and what is sent.

import { CallError, get, submit } from './api.js'
import { $, el, iconAddress, say } from './dom.js'
import { addFoldedFields, addHints } from './folded.js'
import { readPicture } from './drop.js'
import { hiresGist } from './hires.js'
import { rememberRecipe } from './history.js'
import { fieldsOf, modelOf, parseInfotext } from './infotext.js'
import { expectJob } from './jobs.js'
import { chooseModel, fittedValues, showModel } from './models.js'
import { loadMore } from './more.js'
import { explain } from './prompt.js'
import { changeSettings, modelsChanged, server, setting, settingsChanged } from './server.js'
import { clearSeveral, countOfSeveral, hasSeveral, offerSeveral } from './several.js'
import { showSize, startSize } from './size.js'
import { fillSource, isUsed, sendAgain, sourceGist, sourceIDs, sourceRequest, sourceSent } from './source.js'
import { choose } from './stage.js'
import { knows, languageChanged, named, number, t } from './strings.js'
import { chooseStyles, chosenStyles, readStyles, startStyles } from './styles.js'
import { toast } from './toasts.js'

const stored = 'easel.form'
/** Those that may be empty. */
const texts = new Set(['prompt', 'negative_prompt'])
/** Those that `batches` makes the API's of. */
const counts = new Set(['pictures', 'batch_size'])
/** Names in the API of what another field says here. */
const places = { runs: 'pictures' }
/** What there is to choose from, as A1111's API lists it. */
export let samplers = [], schedules = []

/** Fields by their names in the API. */
export const fields = () => [...$('form').elements].filter(({ name }) => name)
/** Fields that the model at hand, and what is drawn from, have a use for. */
const usedFields = () => fields().filter(input => !input.closest('details[hidden]') && isUsed(input))

// Errors belong where they arose.

function clearErrors() {
  say($('form-error'))
  for (const place of document.querySelectorAll('.recipe .error')) place.remove()
  for (const input of document.querySelectorAll('#form [aria-invalid]')) {
    input.removeAttribute('aria-invalid')
    input.removeAttribute('aria-errormessage')
  }
}

/** A field's place; the server says which of several pictures it means: `source_pictures[0]`. */
function placeOf(name) {
  const field = name.replace(/\[\d+\]$/, '')
  return document.querySelector(`#form .field[data-field="${CSS.escape(places[field] ?? field)}"]`)
}

/** Puts an error below the row that a field is in: half of its width would be too narrow. */
function putBelow(place, text) {
  const row = place.parentElement
  if (row.matches('.pair')) return row.after(text)
  if (!row.matches('.grid')) return place.append(text)
  ;[...row.children].filter(({ offsetTop }) => offsetTop === place.offsetTop).at(-1).after(text)
}

/** @param {CallError} error */
export function showError(error) {
  if (!(error instanceof CallError)) throw error
  const place = error.field && placeOf(error.field)
  if (!place) return say($('form-error'), error.message)
  const id = `error-${error.field}`
  const input = place.querySelector('.several') ?? place.querySelector('input, select, textarea') ?? place.querySelector('button')
  for (let part = place.closest('details'); part; part = part.parentElement.closest('details')) part.open = true
  putBelow(place, el('p', { class: 'error', id, role: 'alert' }, error.message))
  input.setAttribute('aria-invalid', 'true')
  input.setAttribute('aria-errormessage', id)
  input.addEventListener('input', clearErrors, { once: true })
  input.focus()
}

/** A word at a field, until it is touched: something about it is not as one might think. */
function tell(name, text) {
  const place = placeOf(name)
  if (!place) return toast(text)
  const note = el('p', { class: 'note told' }, text)
  place.querySelector('.told')?.remove()
  place.append(note)
  place.closest('details')?.setAttribute('open', '')
  place.addEventListener('input', event => { if (event.isTrusted) note.remove() })
}

// What is sent

/** Pictures are drawn so many together, as often as it takes. */
function batches() {
  const [pictures, together] = ['pictures', 'batch_size'].map(name => Number($(name).value || 1))
  // One of each source is a batch.
  if (sourceIDs().length > 1) return { batch_size: sourceIDs().length, runs: $('pictures').value || 1 }
  // The server judges what is no number.
  if (!(Number.isInteger(pictures) && pictures > 0)) return { runs: $('pictures').value }
  if (!(Number.isInteger(together) && together > 0)) return { batch_size: $('batch_size').value }
  const batch = Math.min(together, pictures)
  return { batch_size: batch, runs: Math.ceil(pictures / batch) }
}

/** What `POST /api/v1/jobs` takes. What is left empty is the server's choice. */
function request() {
  const job = {}
  // The server reads numbers that are written as text, and judges what is none; seeds have more digits than numbers here.
  for (const { name, value, dataset } of usedFields()) {
    if (!counts.has(name) && (value.trim() !== '' || texts.has(name)) && value !== dataset.usual) job[name] = value.trim() === '-1' && name === 'seed' ? '-1' : value
  }
  const styles = chosenStyles()
  return { ...job, ...sourceRequest(), ...batches(), ...(styles.length && { styles }), ...(server.model && { model: server.model }) }
}

/** When the form was sent last, and what; a double click is one. */
let sentAt = -1000, sent = ''

function send(event) {
  event?.preventDefault()
  if (performance.now() - sentAt < 300) return
  sentAt = performance.now()
  drawRecipe()
}

/**
 * Has the recipe drawn as it stands.
 * @param {object} [options] as `draw` has them
 * @returns {Promise<string[]>} ids of its jobs; none when it was refused, which is told at the field
 */
export async function drawRecipe(options) {
  clearErrors()
  try {
    await sourceSent()
    // A number field that holds something else is empty to scripts.
    for (const input of fields()) if (input.validity.badInput) throw new CallError({ field: input.name, message: input.validationMessage })
    const job = request()
    rememberRecipe(values())
    const ids = hasSeveral() ? await (await import('./grids.js')).startGrid(job, options) : [await draw(job, options)]
    sent = JSON.stringify(job)
    showSame()
    return ids
  } catch (error) {
    showError(error)
    return []
  }
}

/**
 * Has a job drawn.
 * @param {object} job as `POST /api/v1/jobs` takes it
 * @param {object} [options] `keepsView`: the stage goes on showing what somebody has chosen to see
 * @returns {Promise<string>} its id
 */
export async function draw(job, { keepsView = false } = {}) {
  // What is drawn now is what one looks at.
  if (!keepsView) choose(null)
  const { arrived, failed } = expectJob(job)
  try {
    const { id } = await submit(job).catch(async error => {
      // The server keeps pictures for an hour.
      if (error.reason !== 'missing_input' || !await sendAgain()) throw error
      return submit(job)
    })
    arrived(id)
    return id
  } catch (error) {
    failed()
    throw error
  }
}

/** Ctrl+Enter, wherever one types. */
export const generate = () => $('form').requestSubmit()

/** A fixed seed with the same settings draws the same picture once more. */
const showSame = () => { $('same').hidden = !$('seed').value.trim() || $('seed').value.trim() === '-1' || JSON.stringify(request()) !== sent }

function showCount() {
  const { batch_size = 1, runs = 1 } = batches()
  const pictures = Number(batch_size) * Number(runs) || 1, cells = countOfSeveral()
  $('generate-text').textContent = cells > 1 ? t('generate.grid', { cells: number(cells), pictures: number(pictures), all: number(cells * pictures) })
    : pictures > 1 ? t('generate.count', { count: number(pictures) }) : t('generate')
  for (const button of $('counts').children) button.setAttribute('aria-pressed', button.value === $('pictures').value)
}

function showSeed() {
  const isLocked = !['', '-1'].includes($('seed').value.trim())
  $('seed-lock').setAttribute('aria-pressed', isLocked)
  $('seed-icon').setAttribute('href', iconAddress(isLocked ? 'locked' : 'unlocked'))
}

// What was typed is there again at the next visit.

/** All that the recipe says: fields by name, and styles. */
export const values = () => ({ ...Object.fromEntries(fields().map(({ name, value }) => [name, value])), styles: chosenStyles() })

/** Whether the last visit's recipe is back: before that, there is nothing to remember. */
let isRecalled = false

function remember() {
  if (!isRecalled) return
  const text = JSON.stringify({ ...values(), fitted: fittedValues() })
  // Another tab has another recipe; a new one begins with the latest.
  sessionStorage.setItem(stored, text)
  localStorage.setItem(stored, text)
}

function recall() {
  try {
    const { fitted, ...kept } = JSON.parse(sessionStorage.getItem(stored) ?? localStorage.getItem(stored) ?? '{}')
    // A form of before had runs.
    if (kept.runs) kept.pictures ??= String(Number(kept.runs) * Number(kept.batch_size || 1))
    showModel(fitted)
    fill(kept)
  } catch {
    sessionStorage.removeItem(stored)
    localStorage.removeItem(stored)
  }
  isRecalled = true
}

/** What is written differently is the same: infotexts have labels, the API has names: `SGM Uniform`, `sgm_uniform`. */
const folded = text => text.toLowerCase().replace(/[\s_]/g, '')

/** The choice that a value or a label means. */
export const optionOf = (select, text) => [...select.options].find(option => folded(option.value) === folded(text) || folded(option.label) === folded(text))

/**
 * Values by the names of fields; others stay as they are.
 * @param {object} [options] `flashes`: whether changed fields are shown for a moment
 */
export function fill(values, { flashes = false } = {}) {
  clearSeveral(Object.keys(values))
  if (values.styles) chooseStyles(values.styles)
  for (const input of fields()) {
    const value = values[input.name], before = input.value
    if (value === undefined || value === null) continue
    if (input.tagName === 'SELECT') {
      const found = optionOf(input, value)
      if (found) input.value = found.value
      // The server may have more than is known here.
      else if ('open' in input.dataset) { input.append(option(value)); input.value = value }
    } else {
      // Some are never empty.
      input.value = value === '' ? input.dataset.usual ?? '' : value
    }
    // What counts is seen.
    if (input.type !== 'hidden' && input.value !== (input.dataset.usual ?? '') && isUsed(input) && !input.closest('#advanced, #sampling-main')) input.closest('details')?.setAttribute('open', '')
    if (input.value === before) continue
    input.closest('.field')?.querySelector('.told')?.remove()
    input.dispatchEvent(new Event('input', { bubbles: true }))
    if (flashes) flash(input.closest('.field') ?? input)
  }
  showSize()
  changed()
}

function flash(place) {
  place.classList.add('flash')
  setTimeout(() => place.classList.remove('flash'), 1500)
}

/** Fills the recipe, says so, and lets it be undone. */
export function load(wanted, text = t('fill.done')) {
  const before = values()
  clearErrors()
  fill(wanted, { flashes: true })
  document.querySelector('.recipe').scrollTop = 0
  if ($('create').hidden === false) scrollTo({ top: 0 })
  toast(text, { label: t('undo'), act: () => fill(before, { flashes: true }) }, 10000)
}

/** The fields that a part of an infotext is. */
const partsOf = {
  all: fields => fields,
  noSeed: ({ seed, subseed, ...fields }) => ({ ...fields, seed: '' }),
  prompt: ({ prompt, negative_prompt }) => ({ prompt, negative_prompt, styles: [] }),
  seed: ({ seed, noise, subseed, subseed_strength }) => ({ seed, noise, subseed, subseed_strength }),
  size: ({ width, height }) => ({ width, height }),
}

/**
 * Fills the recipe with what an infotext tells.
 * @param {object} [options] `parts`: `all`, `noSeed`, `prompt`, `seed` or `size`; `job`: the one that drew it, if it is known
 * @returns {boolean} whether the text is one
 */
export function fillFrom(text, { parts = 'all', job } = {}) {
  const info = parseInfotext(text)
  if (!info) return false
  const notes = []
  const told = namesOf({ ...fieldsOf(info), source_pictures: '', mask: '' }, info.parameters, (field, text) => notes.push([field, text]))
  // Styles stand in the prompts already.
  const values = (partsOf[parts] ?? partsOf.all)({ ...told, pictures: '1', styles: [] })
  const before = server.model
  load(values)
  if (job && 'source_pictures' in values && info.parameters.has('Denoising strength')) fillSource(job)
  if (parts === 'all' || parts === 'noSeed') {
    const { model, note } = modelOf(info.parameters, server.models)
    if (model && model !== before) chooseModel(model, { keepsRecipe: true })
    if (note) notes.push(['model', t(note.key, note.values)])
    for (const [field, text] of notes) tell(field, text)
  }
  return true
}

/** The sampler and schedule that are meant, and a word at the field where they are not those of the picture. */
function namesOf(fields, parameters, note) {
  const meant = fields.sampler
  const known = name => samplers.find(sampler => folded(sampler.name) === folded(name ?? ''))
  fields.schedule ??= 'automatic'
  if (meant && !known(meant)) {
    // Older versions of A1111 fuse them: `DPM++ 2M Karras`.
    const fused = schedules.find(({ label }) => meant.toLowerCase().endsWith(` ${label.toLowerCase()}`))
    if (fused) Object.assign(fields, { sampler: meant.slice(0, -fused.label.length - 1), ...(!parameters.has('Schedule type') && { schedule: fused.name }) })
    // The nearest relative has the longest beginning in common.
    let name = fields.sampler
    while (name && !known(name)) name = name.split(' ').slice(0, -1).join(' ')
    if (name) {
      if (folded(name) !== folded(fields.sampler)) note('sampler', t('fill.sampler', { name: fields.sampler, other: known(name).name }))
      fields.sampler = known(name).name
    } else {
      delete fields.sampler
      note('sampler', t('fill.noSampler', { name: meant }))
    }
  }
  const others = ['Lora hashes', 'Emphasis', 'Pad conds', 'Grading lut cube file'].filter(name => parameters.has(name))
  if (others.length) note('prompt', t('fill.others', { names: others.join(', ') }))
  return fields
}

// What there is to choose from

export const option = (value, label = value) => el('option', { value }, label)

export function replaceOptions(select, options, value = select.value) {
  select.replaceChildren(...options)
  select.value = value
  if (select.selectedIndex < 0) select.selectedIndex = 0
}

function showAccuracy() {
  const modes = server.settings.get('openvino_accuracy')?.choices ?? []
  replaceOptions($('accuracy'), modes.map(mode => option(mode, named('accuracy', mode))), setting('openvino_accuracy'))
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

/** Tells which schedule is the sampler's own. */
function showAutomatic() {
  const { options } = samplers.find(({ name }) => name === $('sampler').value) ?? {}
  const label = name => (name === 'automatic' ? t('schedule.automatic') : schedules.find(schedule => schedule.name === name)?.label)
  const [automatic] = $('schedule').options
  if (automatic) automatic.label = options?.scheduler ? `${label(options.scheduler)} (${label('automatic')})` : label('automatic')
}

/** Parts that say it in their own words. */
const gists = { source: sourceGist, hires: hiresGist }

/** The words of folded parts load when somebody comes near. */
function readWords() {
  if (knows('eta')) return
  loadMore().then(() => { addHints(); showGists() }, () => {})
}

/** A folded part says in its heading what is not as usual. */
function showGists() {
  for (const part of document.querySelectorAll('#form details')) {
    const gist = part.querySelector('.gist')
    if (part.id in gists) {
      gist.textContent = gists[part.id]()
      continue
    }
    if (part.id === 'sampling-main') {
      gist.textContent = [$('steps').value, `CFG ${$('cfg_scale').value}`, $('sampler').value, $('schedule').selectedOptions[0]?.text].filter(Boolean).join(' · ')
      continue
    }
    const set = [...part.querySelectorAll('[name]')].filter(input => input.value !== '' && input.value !== (input.dataset.usual ?? (input.id === 'batch_size' ? '1' : input.id === 'noise' ? 'torch' : '')))
    if (set.length) readWords()
    gist.textContent = set.slice(0, 3).map(input => `${part.querySelector(`label[for="${input.id}"]`)?.textContent} ${input.selectedOptions?.[0]?.text ?? input.value}`)
      .concat(set.length > 3 ? [`+${set.length - 3}`] : []).join(' · ')
  }
}

function changed() {
  remember()
  showCount()
  showSeed()
  showSame()
  showGists()
}

/** Asks what there is to choose from; then what was typed at the last visit can be shown. */
export async function readChoices() {
  const [readSamplers, readSchedules] = await Promise.all([...['samplers', 'schedulers'].map(list => get(`/sdapi/v1/${list}`)), readStyles()])
  samplers = readSamplers
  schedules = readSchedules
  replaceOptions($('sampler'), samplers.map(({ name }) => option(name)))
  replaceOptions($('schedule'), schedules.map(({ name, label }) => option(name, label)))
  // The first choice of the second pass is that of the first.
  for (const name of ['sampler', 'schedule']) {
    const field = $(`hires_${name}`)
    replaceOptions(field, [field.options[0], ...[...$(name).options].map(({ value, text }) => option(value, text))])
  }
  recall()
  showAutomatic()
  showGists()
}

/**
 * Starts the form.
 * @param {function} latest the first picture of the newest job, if there is one
 */
export function startForm({ latest }) {
  const form = $('form')
  addFoldedFields()
  startSize()
  startStyles()
  form.addEventListener('submit', send)
  form.addEventListener('input', changed)
  for (const near of ['pointerover', 'focusin', 'toggle']) form.addEventListener(near, readWords, { capture: true, once: true })
  $('clip_skip').addEventListener('change', ({ target }) => { if (!target.value && !target.validity.badInput) fill({ clip_skip: '' }) })
  $('sampler').addEventListener('input', showAutomatic)
  $('accuracy').addEventListener('change', chooseAccuracy)
  $('counts').append(...['1', '2', '4', '8'].map(count => el('button', { type: 'button', value: count, onclick: () => fill({ pictures: count }) }, count)))
  $('seed-lock').addEventListener('click', () => {
    if ($('seed-lock').getAttribute('aria-pressed') === 'true') return fill({ seed: '' })
    // As it is written there: a number would lose its last digits.
    const seed = parseInfotext(latest()?.infotext ?? '')?.parameters.get('Seed')
    if (seed) fill({ seed })
    else toast(t('seed.none'))
  })
  $('file').addEventListener('change', () => { readPicture([...$('file').files]); $('file').value = '' })
  // A wheel that turns over a field moves the page, not the number.
  form.addEventListener('wheel', ({ target }) => { if (target.type === 'number') target.blur() }, { passive: true })
  // A text with parameters is a whole recipe, not a prompt.
  $('prompt').addEventListener('paste', event => {
    if (fillFrom(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault()
  })
  offerSeveral(['strength', 'steps', 'cfg_scale', 'sampler', 'schedule', 'seed', 'clip_skip'])

  modelsChanged.listen(() => { showModel(); changed() })
  settingsChanged.listen(() => { showAccuracy(); showModel(); changed() })
  languageChanged.listen(() => { showAccuracy(); showAutomatic(); showModel(); showSize(); changed() })
  showAccuracy()
  explain('prompt')
  explain('negative_prompt')
  changed()
}
