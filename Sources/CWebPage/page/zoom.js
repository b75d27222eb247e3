// Looking closely at pictures: wheel, two fingers and keys zoom, dragging moves. Several places may show the same part in step.

import { el, icon } from './dom.js'
import { t } from './strings.js'

/** New buttons for the toolbar of what is looked at closely. */
export const zoomButtons = () => Object.entries({ smaller: '−', larger: '+', exact: '1:1', fit: icon('fit') }).map(([name, sign]) => {
  const key = `picture.${name}`
  return el('button', { type: 'button', 'data-do': name, 'data-t-label': key, 'data-t-hint': key, 'aria-label': t(key), title: t(key) }, sign)
})

/** Small pictures have so many pixels of the screen for each of their own. */
const tiny = 256, tinyScale = 2
const most = 16, mostFit = 4
const wheelSpeed = 0.0016, step = 1.25
const dragStart = 6, swipe = 60 // pixels

export class Zoom {
  /** Pixels of the screen for each of the picture's. */
  scale = 1
  #x = 0
  #y = 0
  #size = { width: 1, height: 1 }
  /** `own`: its own pixels, unless it is too large; `fit`: as large as the place; `free`: as somebody has chosen. */
  #mode
  #usual
  #stages = []
  #listeners

  /**
   * @param {{changed?: function, swiped?: function, clicked?: function}} listeners `swiped` is given 1 for the next picture,
   *   -1 for the one before
   * @param {string} mode how pictures are shown at first
   */
  constructor(listeners = {}, mode = 'own') {
    this.#listeners = listeners
    this.#mode = this.#usual = mode
  }

  /** Shows the pictures inside an element; they are all of the same size, and so are the elements. */
  add(stage, images) {
    this.#stages.push({ stage, images })
    this.#listen(stage)
    new ResizeObserver(() => this.#settle()).observe(stage)
  }

  /** A picture of this size is shown now. How large it was asked to be stays, but not a place in the one before. */
  setSize(width, height) {
    this.#size = { width, height }
    if (this.#mode === 'free') this.#mode = this.#usual
    this.#settle()
  }

  /** How pictures are shown from now on, until somebody zooms. */
  show(mode) {
    this.#usual = mode
    this.#to(mode)
  }

  fit() { this.#to('fit') }
  /** One pixel of the picture is one of the screen. */
  exact() { this.#mode = 'free'; this.#zoom(1 / this.scale) }
  larger() { this.#mode = 'free'; this.#zoom(step) }
  smaller() { this.#mode = 'free'; this.#zoom(1 / step) }
  /** Moves what is seen, in parts of the place. */
  move(right, down) {
    const { width, height } = this.#place
    this.#moveBy(-right * width, -down * height)
  }

  #to(mode) {
    this.#mode = mode
    this.#settle()
  }

  get #place() {
    const [{ stage }] = this.#stages
    return { width: stage.clientWidth || 1, height: stage.clientHeight || 1 }
  }

  /** How large it is when it is seen whole. */
  get #whole() {
    const { width, height } = this.#place
    return Math.min(width / this.#size.width, height / this.#size.height)
  }

  get #own() { return Math.min(this.#whole, Math.max(this.#size.width, this.#size.height) <= tiny ? tinyScale : 1) }

  #settle() {
    if (!this.#stages.length) return
    if (this.#mode !== 'free') {
      this.scale = this.#mode === 'fit' ? Math.min(this.#whole, mostFit) : this.#own
      this.#x = this.#y = 0
    }
    this.#show()
  }

  /** Zooms so that the point stays where it is, seen from the middle. */
  #zoom(factor, x = 0, y = 0) {
    const scale = Math.max(Math.min(this.#own, 1), Math.min(most, this.scale * factor))
    const ratio = scale / this.scale
    this.#mode = 'free'
    this.#x = x - (x - this.#x) * ratio
    this.#y = y - (y - this.#y) * ratio
    this.scale = scale
    this.#show()
  }

  #moveBy(x, y) {
    this.#x += x
    this.#y += y
    this.#show()
  }

  /** How far the picture reaches beyond the place, on either side. */
  get #beyond() {
    const { width, height } = this.#place
    return { x: Math.max(0, (this.#size.width * this.scale - width) / 2), y: Math.max(0, (this.#size.height * this.scale - height) / 2) }
  }

  #show() {
    const { x, y } = this.#beyond
    this.#x = Math.max(-x, Math.min(x, this.#x))
    this.#y = Math.max(-y, Math.min(y, this.#y))
    const isBeyond = x > 0.5 || y > 0.5
    for (const { stage, images } of this.#stages) {
      stage.classList.toggle('beyond', isBeyond)
      for (const image of images) {
        image.style.width = `${this.#size.width * this.scale}px`
        image.style.height = `${this.#size.height * this.scale}px`
        image.style.transform = `translate(-50%, -50%) translate(${this.#x}px, ${this.#y}px)`
        // Who looks at single pixels wants to see them.
        image.classList.toggle('pixels', this.scale >= mostFit)
      }
    }
    this.#listeners.changed?.(this.scale)
  }

  #listen(stage) {
    const fingers = new Map()
    let hasMoved = false, start = null
    const middle = ({ clientX, clientY }) => {
      const { left, top, width, height } = stage.getBoundingClientRect()
      return [clientX - left - width / 2, clientY - top - height / 2]
    }
    stage.addEventListener('wheel', event => {
      event.preventDefault()
      const lines = event.deltaMode === 1 ? 16 : 1
      this.#zoom(Math.exp(-event.deltaY * lines * wheelSpeed * (event.ctrlKey ? 6 : 1)), ...middle(event))
    }, { passive: false })
    stage.addEventListener('pointerdown', event => {
      if (event.button !== 0 || event.target.closest('button, [role=slider]')) return
      if (!fingers.size) { hasMoved = false; start = event }
      fingers.set(event.pointerId, event)
    })
    stage.addEventListener('pointermove', event => {
      const before = fingers.get(event.pointerId)
      if (!before) return
      if (!hasMoved && fingers.size === 1 && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < dragStart) return
      if (!hasMoved) stage.setPointerCapture(event.pointerId)
      hasMoved = true
      fingers.set(event.pointerId, event)
      if (fingers.size === 1) return this.#moveBy(event.clientX - before.clientX, event.clientY - before.clientY)
      // Two fingers: the distance between them is the zoom, the place between them stays.
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1]
      const distance = finger => Math.max(1, Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY))
      const between = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 }
      this.#zoom(distance(event) / distance(before), ...middle(between))
      this.#moveBy((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2)
      start = null
    })
    const end = event => {
      if (!fingers.delete(event.pointerId) || !start || event.type !== 'pointerup' || event.pointerType === 'mouse') return
      const right = event.clientX - start.clientX, down = event.clientY - start.clientY
      const isSideways = Math.abs(right) > swipe && Math.abs(right) > 1.5 * Math.abs(down)
      if (isSideways && this.#beyond.x < 1) this.#listeners.swiped?.(right < 0 ? 1 : -1)
    }
    for (const name of ['pointerup', 'pointercancel']) stage.addEventListener(name, end)
    stage.addEventListener('click', event => {
      if (hasMoved) { hasMoved = false; return }
      if (!event.target.closest('button, [role=slider]')) this.#listeners.clicked?.(event)
    })
  }
}
