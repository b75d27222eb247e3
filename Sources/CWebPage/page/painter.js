// The painter: a mask is painted over a picture on the stage. What is painted is drawn anew.

import { $, el } from './dom.js'
import { sourceChanged, whilePainting } from './source.js'
import { languageChanged, number, t } from './strings.js'

const mostSide = 2048 // pixels of a mask; the server brings it to the picture's size
const leastSize = 2, sizeStep = 1.2, wheelSpeed = 0.0016
const color = '#ff2d78', opacity = 0.6
const mostScale = 32, panStep = 40

/** What is painted: `{address, width, height, done}`; null when nothing is. */
let task = null
const picture = new Image()
/** Opaque where it is painted, in the picture's proportions. */
const mask = el('canvas')
const pen = mask.getContext('2d', { willReadFrequently: true })
/** The mask that was there at the beginning. */
let base = null
/** What was done since, and what of it was undone. */
let done = [], undone = []
let isErasing = false, size = 40, percentPainted = 0
/** Pixels of the page for each of the picture's, and where its corner is. */
let view = { scale: 1, x: 0, y: 0 }
let hover = null

// Operations: each paints into the mask, so that all but the last can be done again.

/** Points are the picture's pixels. */
function stroke({ points, size, isErasing }, from = 0) {
  pen.globalCompositeOperation = isErasing ? 'destination-out' : 'source-over'
  pen.lineWidth = size
  pen.lineCap = pen.lineJoin = 'round'
  pen.beginPath()
  points.slice(Math.max(0, from - 1)).forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)))
  // A dot is a line to itself.
  if (points.length === 1) pen.lineTo(points[0][0], points[0][1] + 0.01)
  pen.stroke()
}

const operations = {
  stroke,
  rectangle: ({ x, y, width, height, isErasing }) => {
    pen.globalCompositeOperation = isErasing ? 'destination-out' : 'source-over'
    pen.fillRect(x, y, width, height)
  },
  clear: () => pen.clearRect(0, 0, task.width, task.height),
  invert: () => {
    pen.globalCompositeOperation = 'xor'
    pen.fillRect(0, 0, task.width, task.height)
  },
}

function begin() {
  const scale = Math.min(1, mostSide / Math.max(task.width, task.height))
  mask.width = Math.max(1, Math.round(task.width * scale))
  mask.height = Math.max(1, Math.round(task.height * scale))
  pen.setTransform(mask.width / task.width, 0, 0, mask.height / task.height, 0, 0)
  pen.fillStyle = pen.strokeStyle = color
  if (base) pen.drawImage(base, 0, 0, task.width, task.height)
}

function perform(operation) {
  operations[operation.kind](operation)
  done.push(operation)
  undone = []
  changed()
}

function repeat() {
  begin()
  for (const operation of done) operations[operation.kind](operation)
}

function undo() {
  if (!done.length) return
  undone.push(done.pop())
  repeat()
  changed()
}

function redo() {
  if (!undone.length) return
  const operation = undone.pop()
  operations[operation.kind](operation)
  done.push(operation)
  changed()
}

/** How much is painted, from a small copy. */
function measure() {
  const small = new OffscreenCanvas(64, 64).getContext('2d')
  small.drawImage(mask, 0, 0, 64, 64)
  const { data } = small.getImageData(0, 0, 64, 64)
  let sum = 0
  for (let at = 3; at < data.length; at += 4) sum += data[at]
  return sum / (64 * 64 * 255)
}

function changed() {
  percentPainted = measure() * 100
  undoButton.disabled = !done.length
  redoButton.disabled = !undone.length
  const percent = percentPainted < 1 ? '<1' : number(percentPainted)
  const text = percentPainted === 0 ? t('painter.nothing') : t('painter.painted', { percent })
  if (status.textContent !== text) status.textContent = text
  canvas.setAttribute('aria-label', `${t('painter.canvas')} ${text}`)
  draw()
}

// Showing it

let isDrawing = false

function draw() {
  if (isDrawing) return
  isDrawing = true
  requestAnimationFrame(() => {
    isDrawing = false
    if (!task) return
    const ratio = devicePixelRatio || 1, context = canvas.getContext('2d')
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map(length => Math.max(1, Math.round(length * ratio)))
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, width, height)
    context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio)
    context.imageSmoothingEnabled = view.scale < 4
    if (picture.complete && picture.naturalWidth) context.drawImage(picture, 0, 0, task.width, task.height)
    context.globalAlpha = opacity
    context.drawImage(mask, 0, 0, task.width, task.height)
    context.globalAlpha = 1
    const outline = path => {
      for (const [style, width] of [['#000', 3], ['#fff', 1]]) {
        Object.assign(context, { strokeStyle: style, lineWidth: width / view.scale })
        context.beginPath()
        path()
        context.stroke()
      }
    }
    if (hover) outline(() => context.arc(hover[0], hover[1], size / 2, 0, Math.PI * 2))
    const wanted = rectangle()
    if (wanted && numbers.open) outline(() => context.rect(wanted.x, wanted.y, wanted.width, wanted.height))
  })
}

function fit() {
  if (!task) return
  const [width, height] = [canvas.clientWidth || 1, canvas.clientHeight || 1]
  const scale = Math.min(width / task.width, height / task.height)
  view = { scale, x: (width - task.width * scale) / 2, y: (height - task.height * scale) / 2 }
  draw()
}

/** Zooms so that a point of the canvas stays where it is. */
function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const least = Math.min(canvas.clientWidth / task.width, canvas.clientHeight / task.height)
  const scale = Math.max(least, Math.min(mostScale, view.scale * factor)), ratio = scale / view.scale
  if (scale === least) return fit()
  view = { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio }
  draw()
}

function setSize(value) {
  size = Math.round(Math.max(leastSize, Math.min(Number(sizeRange.max), value)))
  sizeRange.value = size
  draw()
}

function setErasing(wanted) {
  isErasing = wanted
  brush.setAttribute('aria-pressed', !wanted)
  eraser.setAttribute('aria-pressed', wanted)
}

// Pointers: one paints, two move and zoom.

const fingers = new Map()
let current = null

const placeOf = ({ clientX, clientY }) => {
  const { left, top } = canvas.getBoundingClientRect()
  return [clientX - left, clientY - top]
}
const pointOf = event => {
  const [x, y] = placeOf(event)
  return [(x - view.x) / view.scale, (y - view.y) / view.scale]
}

function press(event) {
  if (event.button !== 0 && event.button !== 1) return
  event.preventDefault()
  canvas.focus({ preventScroll: true })
  canvas.setPointerCapture(event.pointerId)
  fingers.set(event.pointerId, placeOf(event))
  if (fingers.size > 1 || event.button === 1) return giveUp()
  current = { kind: 'stroke', points: [pointOf(event)], size, isErasing: isErasing || event.buttons === 32 }
  stroke(current)
  draw()
}

/** A second finger means that the first was not to paint. */
function giveUp() {
  if (!current) return
  current = null
  repeat()
  draw()
}

function move(event) {
  const place = placeOf(event), before = fingers.get(event.pointerId)
  hover = event.pointerType === 'touch' ? null : pointOf(event)
  if (!before) return draw()
  fingers.set(event.pointerId, place)
  if (current) {
    const from = current.points.length
    const events = event.getCoalescedEvents?.() ?? []
    current.points.push(...(events.length ? events : [event]).map(pointOf))
    stroke(current, from)
    return draw()
  }
  if (fingers.size > 1) {
    const other = [...fingers].find(([id]) => id !== event.pointerId)[1]
    const distance = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]))
    zoom(distance(place) / distance(before), (place[0] + other[0]) / 2, (place[1] + other[1]) / 2)
  }
  const share = fingers.size > 1 ? 0.5 : 1
  pan((place[0] - before[0]) * share, (place[1] - before[1]) * share)
}

function release(event) {
  if (!fingers.delete(event.pointerId) || !current) return
  done.push(current)
  current = null
  undone = []
  // In one piece, as undoing and doing again would have it.
  repeat()
  changed()
}

function turn(event) {
  event.preventDefault()
  const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 16 : 1) * wheelSpeed)
  // Trackpads tell of two fingers by Ctrl.
  if (event.ctrlKey || event.metaKey) zoom(factor ** 4, ...placeOf(event))
  else setSize(Math.abs(size * factor - size) < 1 ? size + Math.sign(factor - 1) : size * factor)
}

// Keys

const keys = {
  '[': () => setSize(Math.min(size - 1, size / sizeStep)), ']': () => setSize(Math.max(size + 1, size * sizeStep)),
  b: () => setErasing(false), e: () => setErasing(true), i: () => perform({ kind: 'invert' }),
  '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), 0: fit,
}

const moves = { ArrowLeft: [panStep, 0], ArrowRight: [-panStep, 0], ArrowUp: [0, panStep], ArrowDown: [0, -panStep] }

function pan(right, down) {
  view = { ...view, x: view.x + right, y: view.y + down }
  draw()
}

function type(event) {
  if (!task || $('create').hidden || event.isComposing || document.querySelector('dialog[open], :popover-open')) return
  const isOutside = !root.contains(event.target) && event.target !== document.body
  const isTyping = event.target.closest?.('input:not([type=range]), textarea, select')
  const key = event.key.toLowerCase()
  if (event.key === 'Escape' && !isOutside) close()
  else if (isTyping || isOutside) return
  else if ((event.ctrlKey || event.metaKey) && (key === 'y' || (key === 'z' && event.shiftKey))) redo()
  else if ((event.ctrlKey || event.metaKey) && key === 'z') undo()
  else if (event.target === canvas && event.key in moves) pan(...moves[event.key])
  else if (event.ctrlKey || event.metaKey || event.altKey || !(key in keys)) return
  else keys[key]()
  event.preventDefault()
  // Escape would cancel a job.
  event.stopImmediatePropagation()
}

// A rectangle by numbers

const numberField = name => el('input', { type: 'number', id: `painter-${name}`, min: 0, step: 1, inputMode: 'numeric', oninput: draw })
const inputs = { x: numberField('x'), y: numberField('y'), width: numberField('width'), height: numberField('height') }

/** The rectangle that is typed; null for none. */
function rectangle() {
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(name => Number(inputs[name].value) || 0)
  return width > 0 && height > 0 ? { kind: 'rectangle', x, y, width, height } : null
}

function fillRectangle(isErasing) {
  const wanted = rectangle()
  if (wanted) perform({ ...wanted, isErasing })
  else inputs.width.focus()
}

// The parts

const button = (key, onclick, properties = {}) => el('button', { type: 'button', 'data-t': key, onclick, ...properties }, t(key))
const sign = (text, key, onclick) => el(
  'button', { type: 'button', 'data-t-label': key, 'data-t-hint': key, 'aria-label': t(key), title: t(key), onclick }, text)
const brush = button('painter.brush', () => setErasing(false), { 'aria-pressed': 'true' })
const eraser = button('painter.eraser', () => setErasing(true), { 'aria-pressed': 'false' })
const sizeRange = el('input', {
  type: 'range', id: 'painter-size', min: leastSize, value: size, oninput: () => setSize(Number(sizeRange.value)),
})
const undoButton = sign('↶', 'painter.undo', undo), redoButton = sign('↷', 'painter.redo', redo)
const canvas = el('canvas', { class: 'painter-canvas', tabIndex: 0, role: 'img' })
const status = el('p', { class: 'note', role: 'status' })
const word = (tag, key, properties = {}) => el(tag, { 'data-t': key, ...properties }, t(key))
const numbers = el('details', { class: 'painter-numbers', ontoggle: draw }, word('summary', 'painter.rectangle'),
  el('div', { class: 'row' },
    Object.entries(inputs).map(([name, input]) => (
      el('div', { class: 'field' }, word('label', `painter.${name}`, { htmlFor: input.id }), input))),
    button('painter.fill', () => fillRectangle(false)), button('painter.erase', () => fillRectangle(true))))
const root = el('section', { class: 'painter', 'data-t-label': 'painter', 'aria-label': t('painter'), hidden: true },
  el('div', { class: 'row' },
    el('span', { class: 'segments' }, brush, eraser),
    el('label', { class: 'painter-size', htmlFor: sizeRange.id }, word('span', 'painter.size'), sizeRange),
    undoButton, redoButton,
    button('painter.invert', () => perform({ kind: 'invert' })), button('painter.clear', () => perform({ kind: 'clear' })),
    sign('−', 'picture.smaller', () => zoom(0.8)), sign('+', 'picture.larger', () => zoom(1.25)),
    button('painter.done', close, { class: 'primary' })),
  canvas, el('div', { class: 'row' }, status, word('p', 'painter.keys', { class: 'note keys-line' })), numbers)

canvas.addEventListener('pointerdown', press)
canvas.addEventListener('pointermove', move)
for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, release)
canvas.addEventListener('pointerleave', () => { hover = null; draw() })
canvas.addEventListener('wheel', turn, { passive: false })
canvas.addEventListener('contextmenu', event => event.preventDefault())
// Before the page's own keys.
addEventListener('keydown', type, { capture: true })
picture.addEventListener('load', draw)
languageChanged.listen(() => { if (task) changed() })
// Another picture needs another mask.
sourceChanged.listen(() => { if (task && task.source !== $('source_pictures').value) leave(false) })
new ResizeObserver(() => fit()).observe(canvas)
$('canvas').before(root)

// Beginning and ending

/** A mask as a picture: white where it is opaque here, as the server reads it. */
async function fileOf() {
  const context = new OffscreenCanvas(mask.width, mask.height).getContext('2d')
  context.drawImage(mask, 0, 0)
  context.globalCompositeOperation = 'source-in'
  context.fillStyle = '#fff'
  context.fillRect(0, 0, mask.width, mask.height)
  context.globalCompositeOperation = 'destination-over'
  context.fillStyle = '#000'
  context.fillRect(0, 0, mask.width, mask.height)
  return context.canvas.convertToBlob({ type: 'image/png' })
}

/** A mask's white as what is opaque. */
async function read(address) {
  const image = new Image()
  image.src = address
  await image.decode()
  const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d')
  context.drawImage(image, 0, 0)
  const pixels = context.getImageData(0, 0, image.naturalWidth, image.naturalHeight), { data } = pixels
  const [r, g, b] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16))
  const isTransparent = data.some((value, at) => at % 4 === 3 && value < 255)
  for (let at = 0; at < data.length; at += 4) data.set([r, g, b, isTransparent ? data[at + 3] : data[at]], at)
  context.putImageData(pixels, 0, 0)
  return context.canvas
}

/**
 * Opens the painter.
 * @param {{address: string, width: number, height: number, mask?: string, done: function}} wanted `mask` is the address of one to go on
 *   with; `done` is given a promise of the mask's file, or null when nothing is painted
 */
export async function paint(wanted) {
  base = wanted.mask ? await read(wanted.mask).catch(() => null) : null
  task = { ...wanted, source: $('source_pictures').value }
  done = []
  undone = []
  picture.src = task.address
  begin()
  setErasing(false)
  sizeRange.max = Math.max(64, Math.round(Math.max(task.width, task.height) / 2))
  setSize(Math.max(task.width, task.height) / 12)
  for (const name of ['x', 'width']) inputs[name].max = task.width
  for (const name of ['y', 'height']) inputs[name].max = task.height
  root.hidden = false
  $('stage').classList.add('painting')
  whilePainting(close)
  fit()
  changed()
  root.scrollIntoView({ block: 'nearest' })
  canvas.focus({ preventScroll: true })
}

function close() {
  if (task) leave(true)
}

function leave(isTaken) {
  const { done: take } = task
  const file = percentPainted > 0 ? fileOf() : null
  task = null
  current = null
  fingers.clear()
  root.hidden = true
  $('stage').classList.remove('painting')
  whilePainting(() => {})
  if (!isTaken) return
  if (done.length) take(file)
  $('source').querySelector('summary').focus({ preventScroll: true })
}
