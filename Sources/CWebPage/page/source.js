// The picture that drawing begins with: which one it is, its mask, and what of the form is about them. What is seen of it is sourceview.js.

import { CallError, call, upload } from './api.js'
import { $, notifier } from './dom.js'
import { fill, values } from './form.js'
import { hasHires } from './hires.js'
import { keep, readKept } from './kept.js'
import { loadMore } from './more.js'
import { currentModel } from './server.js'
import { t } from './strings.js'
import { toast } from './toasts.js'

const stored = 'easel.sources', capacity = 60 // pictures
export const sides = ['left', 'top', 'right', 'bottom']
const largestSide = 4096 // pixels

/** Files of this visit by their ids: the server forgets them after an hour. */
const files = new Map()
export const sourceChanged = notifier()

/** What is drawn from: one picture, or several of which one picture each is drawn. */
export const sourceIDs = () => $('source_pictures').value.split(',').filter(Boolean)
export const hasSource = () => sourceIDs().length > 0
export const hasMask = () => $('mask').value !== ''
export const sourceAddress = id => `/api/v1/inputs/${id}`
/** Pixels that are drawn around the picture, by side. */
export const margins = () => Object.fromEntries(sides.map(side => [side, Math.max(0, Math.round(Number($(`extend_${side}`).value)) || 0)]))
/** Whether the picture is enlarged and drawn anew in tiles; only as a whole. */
export const isRedrawn = () => $('upscaling').value !== '' && !hasMask() && !isExtended()
export const isExtended = () => sides.some(side => margins()[side] > 0)

/** What is known of a picture: `{name, width, height, url}`, with `url` where it comes from the gallery. */
export const factsOf = id => readKept(stored, {})[id] ?? {}
/** The same of the source, the first one if no other is meant; undefined when there is none. */
export const sourceFacts = (id = sourceIDs()[0]) => (id ? factsOf(id) : undefined)

/** Remembers its size, of a picture that another visit has sent. */
export function learnSize(width, height) {
  const known = readKept(stored, {}), [id] = sourceIDs()
  if (!hasSource() || known[id]?.width) return
  keep(stored, { ...known, [id]: { ...known[id], width, height } })
  show()
}

/** Whether a field is sent: those about a picture only when there is one. */
export function isUsed(input) {
  if (input.name === 'strength') return hasSource() || hasHires()
  const part = input.closest('#source, #hires')
  if (!part) return true
  if (part.id === 'hires') return hasHires()
  if (input.closest('#source-upscale') && !isRedrawn()) return false
  return hasSource() && input.value !== '' && (!input.closest('#source-mask-part') || hasMask() || isExtended())
}

/** What the API takes where the form has another form of it. */
export const sourceRequest = () => ({
  ...(hasSource() && { source_pictures: sourceIDs() }), ...(hasHires() && { hires: true }),
})

// Sending

/** A picture of the gallery; null when it is gone. */
export const fetchFile = address => fetch(address).then(answer => (answer.ok ? answer.blob() : null), () => null)

/** Sends a picture to begin with, and remembers what is known of it. */
export async function send(file, facts) {
  const answer = await upload(file)
  files.set(answer.id, file)
  const { id, width, height } = answer
  const { [id]: _, ...others } = readKept(stored, {})
  keep(stored, Object.fromEntries([[id, { ...facts, width, height }], ...Object.entries(others)].slice(0, capacity)))
  return answer
}

/** Sends picture and mask again, as far as they are known. @returns {Promise<boolean>} whether both are there now */
export async function sendAgain() {
  const known = readKept(stored, {})
  for (const id of [...sourceIDs(), $('mask').value].filter(Boolean)) {
    const file = files.get(id) ?? (known[id]?.url && await fetchFile(known[id].url))
    if (!file || (await upload(file)).id !== id) return false
  }
  return true
}

let pending = Promise.resolve()
/** Ends the painting, when something is being painted. */
let endPainting = () => {}
export const whilePainting = end => { endPainting = end }

/** Waits until all that the recipe names is on the server. */
export async function sourceSent() {
  endPainting()
  await pending
}

// Choosing

/** Draws from pictures that the server has. @param {object} own the first one's size @param {object} others values of other fields */
export function take(ids, own, text, others) {
  const before = values()
  const none = Object.fromEntries(['mask', ...sides.map(side => `extend_${side}`)].map(field => [field, '']))
  const size = drawable(own)
  $('source').open = true
  fill({ ...none, source_pictures: ids.join(), width: String(size.width), height: String(size.height), ...others }, { flashes: true })
  if (location.hash.split('?')[0] !== '#/create') location.hash = '#/create'
  // What there is of it decides what fits into the window.
  loadSourceView().then(() => $('source').scrollIntoView({ block: 'nearest' }), () => {})
  toast(text, { label: t('undo'), act: () => fill(before, { flashes: true }) }, 10000)
}

/**
 * Draws from a picture from now on.
 * @param {Blob} file
 * @param {{name: string, url?: string}} facts
 * @param {object} [others] values of other fields
 * @returns {Promise<boolean>} whether the server took it
 */
export async function beginWith(file, { name, url }, others = {}) {
  try {
    const { id, width, height } = await send(file, { name, url })
    take([id], { width, height }, t('source.taken', { name }), others)
    return true
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
    return false
  }
}

/** The same with a picture of the gallery. @param {object} [others] values of other fields, from the picture's */
export async function beginWithPicture(picture, name, others) {
  const file = await fetchFile(picture.url)
  if (!file) return void toast(t('picture.gone'))
  // An empty prompt would draw anything.
  const prompts = !$('prompt').value.trim() && { prompt: picture.prompt ?? '', negative_prompt: picture.negative_prompt ?? '' }
  return beginWith(file, { name, url: picture.url }, { ...prompts, ...others })
}

export const clearSource = () => fill({ source_pictures: '', mask: '', ...Object.fromEntries(sides.map(side => [`extend_${side}`, ''])) })

/** Takes a mask: a promise of a PNG file, white where the picture is drawn anew; null for none. */
export function setMask(file) {
  if (file) pending = sendMask(file)
  else fill({ mask: '' })
}

async function sendMask(file) {
  const source = $('source_pictures').value
  try {
    const { id } = await send(await file, {})
    if ($('source_pictures').value === source) fill({ mask: id })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

/** Takes over what a job was drawn from, as its record has it. */
export async function fillSource(job) {
  const { request } = await call('GET', `/api/v1/jobs/${job}`).catch(() => ({}))
  const ids = request?.source_pictures ?? []
  if (ids.length) fill({ source_pictures: ids.join(), mask: request.mask ?? '', ...(ids.length > 1 && { pictures: '1' }) })
}

// Its size

/**
 * The size in which a picture is best drawn anew, as the server has it: as nearly as possible in its proportions, in multiples of 8, and no larger
 * than what the model draws.
 */
export function drawable({ width, height }, side = currentModel()?.native_size ?? 512) {
  const fitting = Math.max(Math.min(1, side / Math.sqrt(width * height)), 8 / Math.min(width, height))
  const scale = Math.min(fitting, largestSide / Math.max(width, height))
  const near = length => {
    const below = Math.floor(Math.min(length * scale + 1e-6, largestSide) / 8) * 8
    return [below, below + 8].map(value => Math.min(Math.max(value, 8), largestSide))
  }
  const distortion = ([w, h]) => Math.max(w * height, h * width) / Math.min(w * height, h * width)
  const [first, ...others] = near(width).flatMap(w => near(height).map(h => [w, h]))
  const [w, h] = others.filter(([w, h]) => w * h <= side * side).reduce((best, size) => (distortion(size) < distortion(best) ? size : best), first)
  return { width: w, height: h }
}

/** The picture's size with what is drawn around it. */
export function extendedSize() {
  const { width, height } = sourceFacts() ?? {}, { left, top, right, bottom } = margins()
  return width && { width: left + width + right, height: top + height + bottom }
}

let followed = ''

/** Width and height follow the picture and what is drawn around it, unless somebody chose others. */
function follow() {
  const size = extendedSize()
  if (!size) return
  const { width, height } = drawable(size), wanted = `${width}x${height}`, present = `${$('width').value}x${$('height').value}`
  if (followed === present && followed !== wanted) fill({ width: String(width), height: String(height) })
  followed = wanted
}

// Showing it

const mostLetters = 24
/** A name of which beginning and ending are left. */
const shortened = name => (name.length > mostLetters ? `${name.slice(0, 14)}…${name.slice(-8)}` : name)

/** Folded, the section says what is in it. */
export function sourceGist() {
  if (!hasSource()) return t('source.none')
  const strength = document.querySelector('[data-several=strength]')?.value || $('strength').value || $('strength').placeholder
  const count = sourceIDs().length
  return [
    count > 1 ? t('source.count', { count }) : shortened(sourceFacts().name ?? t('source')), t('strength.short', { strength }), hasMask() && t('mask'), isExtended() && t('extend'),
    isRedrawn() && `${$('upscale_by').value || 2}×`,
  ].filter(Boolean).join(' · ')
}

function show() {
  follow()
  // What the server takes when nothing is said depends on what is drawn.
  $('strength').placeholder = isExtended() ? (currentModel()?.is_for_inpainting ? 1 : 0.9) : 0.75
  sourceChanged()
}

let view = null
export const loadSourceView = () => view ??= readView().catch(error => { view = null; throw error })

async function readView() {
  await loadMore()
  return (await import('./sourceview.js')).startSourceView()
}

export function startSource() {
  const part = $('source')
  const open = () => { if (part.open || hasSource()) loadSourceView().catch(() => toast(t('offline'))) }
  part.addEventListener('toggle', open)
  part.addEventListener('input', ({ target }) => {
    if (target.id === 'source_pictures') {
      // What belongs to another picture.
      followed = ''
      open()
    }
    show()
  })
  show()
}
