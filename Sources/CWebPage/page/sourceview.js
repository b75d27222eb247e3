// What is seen of the picture that drawing begins with: the picture, what its start is like, its mask, and the frame when it is extended.

import { upscale } from './acts.js'
import { $, el } from './dom.js'
import { readPicture } from './drop.js'
import { addHints } from './folded.js'
import { fill } from './form.js'
import { currentModel, modelsChanged } from './server.js'
import {
  clearSource, drawable, extendedSize, hasMask, hasSource, isExtended, isRedrawn, learnSize, margins, setMask, sides, sourceAddress, sourceChanged,
  sourceFacts, sourceIDs,
} from './source.js'
import { beginWithAll, showStrip, strip } from './sources.js'
import { languageChanged, number, t } from './strings.js'
import { toast } from './toasts.js'
import { offerUpscalers } from './upscalers.js'

const sketchSide = 200, frameWidth = 200, frameHeight = 130 // pixels
const step = 64 // pixels that a button adds to a side

const button = (key, onclick, properties = {}) => el('button', { type: 'button', 'data-t': key, onclick, ...properties }, t(key))
const word = (tag, key, properties = {}) => el(tag, { 'data-t': key, ...properties }, t(key))

// The picture

const choose = take => el('input', {
  type: 'file', hidden: true, multiple: true, accept: 'image/png,image/jpeg,image/webp',
  onchange: ({ target }) => { take([...target.files]); target.value = '' },
})
const file = choose(files => readPicture(files, 'source')), more = choose(files => beginWithAll(files, { adds: true }))
file.id = 'source-file'

const none = el('div', { class: 'source-none' },
  word('p', 'source.how', { class: 'note' }),
  el('div', { class: 'row' }, button('source.file', () => file.click()),
    word('a', 'source.gallery', { class: 'button', href: '#/gallery' })))
const thumb = el('img', { alt: '', decoding: 'async' })
const sketch = el('canvas', { width: 1, height: 1, role: 'img' })
const facts = el('p', { class: 'note' }), ownSize = button('source.size', takeSize, { class: 'plain' })
const some = el('div', { class: 'source-some' },
  el('figure', {}, el('div', { class: 'thumb' }, thumb), word('figcaption', 'source')),
  el('figure', {}, el('div', { class: 'thumb' }, sketch), word('figcaption', 'source.sketch')),
  el('div', { class: 'whole row' }, facts, ownSize),
  strip,
  el('div', { class: 'whole row' }, button('source.repaint', repaint, { id: 'source-repaint' }), button('extend', extend),
    button('vary.upscale', enlarge), button('source.replace', () => file.click()), button('source.add', () => more.click()),
    button('source.remove', clearSource)))

function enlarge() {
  const { name = t('source'), width, height } = sourceFacts()
  if (width) upscale({ url: thumb.src, width, height, name, source: $('source_pictures').value })
}

function takeSize() {
  const size = drawable(extendedSize())
  fill({ width: String(size.width), height: String(size.height) }, { flashes: true })
}

/** A file of before may be gone. */
thumb.addEventListener('error', () => {
  const { url, name } = sourceFacts() ?? {}
  // One of the gallery is still there, and is sent again with the job.
  if (url && thumb.getAttribute('src') !== url) { thumb.src = url; return }
  if (!hasSource()) return
  clearSource()
  toast(t('source.gone', { name: name ?? '' }))
})
thumb.addEventListener('load', () => { learnSize(thumb.naturalWidth, thumb.naturalHeight); show() })

// How much of it stays

const range = el('input', {
  type: 'range', id: 'strength-range', min: 0, max: 1, step: 0.01, oninput: () => fill({ strength: range.value }),
})
const stepsText = el('p', { class: 'note', id: 'strength-note', role: 'status' })

const strength = () => Math.min(1, Math.max(0, Number($('strength').value || $('strength').placeholder)))

/** Steps that are done of those that are asked for, as A1111 counts them. */
function stepsDone() {
  const count = Number($('steps').value) || 20
  if ($('fix_steps').value) return [count, count]
  return [Math.floor(Math.min(strength(), 0.999) * count + 1e-9) + 1, count]
}

/** Share of the picture's signal under the noise that the steps begin with, in the schedule of Stable Diffusion. */
function signal() {
  let share = 1
  const last = Math.round(strength() * 999)
  for (let time = 0; time <= last; time += 1) share *= 1 - (Math.sqrt(0.00085) + (Math.sqrt(0.012) - Math.sqrt(0.00085)) * time / 999) ** 2
  return share
}

/** Noise of a seed that stays, so that only its amount changes: two sums of uniform numbers are near enough to a Gaussian. */
const noise = Array.from({ length: 64 * 64 * 3 }, (_, index) => {
  const uniform = salt => { const x = Math.sin(index * 12.9898 + salt * 78.233) * 43758.5453; return x - Math.floor(x) }
  return (uniform(1) + uniform(2) + uniform(3) - 1.5) * 2
})

/** Draws what drawing begins with, roughly: `√a · picture + √(1 − a) · noise`, with noise as coarse as latents are. */
function drawSketch() {
  const { naturalWidth: w, naturalHeight: h } = thumb
  if (!w) return
  const scale = Math.min(1, sketchSide / Math.max(w, h))
  sketch.width = Math.max(1, Math.round(w * scale))
  sketch.height = Math.max(1, Math.round(h * scale))
  const context = sketch.getContext('2d', { willReadFrequently: true })
  context.drawImage(thumb, 0, 0, sketch.width, sketch.height)
  const image = context.getImageData(0, 0, sketch.width, sketch.height), { data } = image
  const share = signal(), [keep, add] = [Math.sqrt(share), Math.sqrt(1 - share) * 127 * 0.6]
  const block = Math.max(2, Math.round(sketch.width / 64))
  for (let y = 0, at = 0; y < sketch.height; y += 1) {
    for (let x = 0; x < sketch.width; x += 1, at += 4) {
      const from = ((Math.floor(y / block) & 63) * 64 + (Math.floor(x / block) & 63)) * 3
      for (let channel = 0; channel < 3; channel += 1) {
        data[at + channel] = 127.5 + (data[at + channel] - 127.5) * keep + noise[from + channel] * add
      }
      data[at + 3] = 255
    }
  }
  context.putImageData(image, 0, 0)
}

// The mask

const maskThumb = el('img', { alt: '', decoding: 'async', class: 'mask-thumb' })
maskThumb.addEventListener('error', () => { if (hasMask() && maskThumb.getAttribute('src')) fill({ mask: '' }) })

/** Opens the painter on the stage. */
export async function repaint() {
  try {
    const { paint } = await import('./painter.js')
    const { width, height } = { width: thumb.naturalWidth, height: thumb.naturalHeight }
    if (!width) return void thumb.addEventListener('load', repaint, { once: true })
    paint({ address: thumb.src, width, height, mask: hasMask() ? sourceAddress($('mask').value) : null, done: setMask })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    toast(t('offline'))
  }
}

// What is drawn around it

let isExtending = false
const frame = el('div', { class: 'frame-view', 'aria-hidden': 'true' }, el('img', { alt: '' }))
const frameText = el('p', { class: 'note', role: 'status' })

/** Shows the numbers of the sides. */
export function extend() {
  isExtending = true
  show()
  $('source-extend-part').scrollIntoView({ block: 'nearest' })
  $('extend_left').focus({ preventScroll: true })
}

function extendNot() {
  isExtending = false
  fill(Object.fromEntries(sides.map(side => [`extend_${side}`, ''])))
  show()
}

function addSideButtons() {
  for (const side of sides) {
    const field = $(`extend_${side}`), add = by => fill({ [field.name]: String(Math.max(0, (Number(field.value) || 0) + by) || '') })
    const joined = el('div', { class: 'joined' })
    field.replaceWith(joined)
    const act = (sign, by, key) => el(
      'button', { type: 'button', class: 'side', onclick: () => add(by), 'data-side': side, 'data-key': key }, sign)
    joined.append(act('−', -step, 'extend.less'), field, act('+', step, 'extend.more'))
  }
}

function showFrame() {
  const size = extendedSize(), { width, height } = sourceFacts() ?? {}
  if (!size) return
  const { left, top } = margins(), scale = Math.min(frameWidth / size.width, frameHeight / size.height)
  const px = value => `${Math.round(value * scale)}px`
  Object.assign(frame.style, { width: px(size.width), height: px(size.height) })
  Object.assign(frame.firstChild.style, { left: px(left), top: px(top), width: px(width), height: px(height) })
  if (frame.firstChild.src !== thumb.src) frame.firstChild.src = thumb.src
  frameText.textContent = t('extend.frame', {
    from: `${width}×${height}`, to: `${size.width}×${size.height}`, strength: $('strength').placeholder,
    content: t(currentModel()?.is_for_inpainting ? 'masked_content.fill' : 'masked_content.noise'),
  })
}

// Enlarged and drawn anew in tiles

const tilesText = el('p', { class: 'note', role: 'status' })

/** The size of the result, and how many tiles it takes, as A1111 lays them. */
function showTiles() {
  const { width, height } = sourceFacts() ?? {}
  $('source-upscale').hidden = !hasSource() || hasMask() || isExtended() || isExtending
  for (const name of ['upscale_by', 'upscaler', 'tile_overlap']) $(name).closest('.field').hidden = !isRedrawn()
  tilesText.hidden = !isRedrawn() || !width
  if (tilesText.hidden) return
  const by = Number($('upscale_by').value) || 2, overlap = Number($('tile_overlap').value || 64)
  const size = [width, height].map(side => Math.floor(side * by / 8 + 1e-9) * 8), tile = ['width', 'height'].map(name => Number($(name).value))
  const count = size.reduce((product, side, index) => product * Math.ceil(Math.max(side - overlap, 1) / Math.max(tile[index] - overlap, 8)), 1)
  tilesText.textContent = t('upscale.tiles', { size: size.join('×'), count: number(count), tile: tile.join('×') })
}

// All of it

function show() {
  const has = hasSource()
  none.hidden = has
  some.hidden = $('source-main').hidden = !has
  $('source-mask-part').hidden = !has || !(hasMask() || isExtended())
  if (!has) isExtending = false
  $('source-more').hidden = !has
  $('soft').hidden = $('soft_inpainting').value === ''
  // A mask is painted on one picture.
  $('source-repaint').hidden = sourceIDs().length > 1
  showStrip()
  $('source-extend-part').hidden = !has || !(isExtending || isExtended())
  showTiles()
  range.value = strength()
  range.hidden = Boolean(document.querySelector('[data-several=strength]'))
  const [done, all] = stepsDone()
  stepsText.textContent = has ? t('strength.steps', { done: number(done), all: number(all) }) : ''
  if (!has) {
    thumb.removeAttribute('src')
    thumb.dataset.id = ''
    return
  }
  const [id] = sourceIDs(), { name, width, height } = sourceFacts()
  if (thumb.dataset.id !== id) {
    thumb.dataset.id = id
    thumb.src = sourceAddress(id)
  }
  thumb.alt = name ?? t('source')
  const drawn = `${$('width').value}×${$('height').value}`
  const count = sourceIDs().length
  facts.textContent = [count > 1 ? t('source.count', { count }) : name, width && t('source.drawn', { size: `${width}×${height}`, drawn })].filter(Boolean).join(' · ')
  const own = extendedSize() && drawable(extendedSize())
  ownSize.hidden = !own || `${own.width}×${own.height}` === drawn
  const label = { percent: number(Math.sqrt(signal()) * 100), done: number(done), all: number(all) }
  sketch.setAttribute('aria-label', t('source.sketch.label', label))
  drawSketch()
  maskThumb.hidden = !hasMask()
  if (hasMask() && maskThumb.dataset.id !== $('mask').value) {
    maskThumb.dataset.id = $('mask').value
    maskThumb.src = sourceAddress($('mask').value)
  }
  maskThumb.alt = t('mask')
  $('source-mask-acts').parentElement.hidden = !hasMask()
  // Without a mask of one's own there is nothing to blur or to turn round.
  for (const name of ['mask_blur', 'invert_mask', 'only_masked', 'padding', 'soft_inpainting']) $(name).closest('.field').hidden = !hasMask()
  $('padding').closest('.field').hidden ||= $('only_masked').value === ''
  showFrame()
}

function showWords() {
  for (const act of document.querySelectorAll('#source-extend [data-key]')) {
    const text = t(act.dataset.key, { side: t(`extend_${act.dataset.side}`), step: number(step) })
    Object.assign(act, { title: text, ariaLabel: text })
  }
  range.setAttribute('aria-label', t('strength.range'))
  show()
}

/** Puts it into its section of the form. @returns what can be done with it */
export function startSourceView() {
  addHints()
  $('source-view').append(none, some, file, more)
  $('source-mask-acts').append(button('mask.edit', repaint), button('mask.remove', () => setMask(null)))
  $('source-mask').before(maskThumb)
  $('source-extend').before(frame, frameText)
  $('source-extend-acts').append(button('extend.none', extendNot))
  $('source-upscale').append(tilesText)
  offerUpscalers($('upscaler')).catch(() => {})
  const input = $('strength'), field = input.closest('.field'), row = el('div', { class: 'strength' })
  field.classList.add('whole')
  input.replaceWith(row)
  row.append(input, range)
  field.append(stepsText)
  addSideButtons()
  sourceChanged.listen(show)
  modelsChanged.listen(show)
  languageChanged.listen(showWords)
  // Steps, sizes and a list of strengths are part of what it says.
  $('form').addEventListener('input', show)
  showWords()
  return { repaint, extend }
}
