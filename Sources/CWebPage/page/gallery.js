// All pictures, in a grid of which only what is on the screen exists: ten thousand pictures cost no more than thirty.

import { star } from './acts.js'
import { CallError } from './api.js'
import { dressCell, dressDay, makeCell, makeDay } from './cells.js'
import { deletePictures, restored } from './deleting.js'
import { $, say } from './dom.js'
import { startFilters, takeFilters } from './filters.js'
import { jobEnded } from './jobs.js'
import { pictureLeft } from './picture.js'
import { all, canBeKept, facets, facetsChanged, list, listed, picturesChanged, readFacets } from './pictures.js'
import { below, gap, layOut, lineAt } from './rows.js'
import { choose, chosenPictures, isSelecting, selectionChanged, startSelecting, startSelection, stopSelecting, toggle } from './select.js'
import { languageChanged, t } from './strings.js'
import { toast } from './toasts.js'

const leastSide = 168, leastSideOnPhones = 104, phone = 600 // pixels
const headSpace = 64 // pixels of a day's heading, and some air
const longPress = 500 // milliseconds
const foldedKey = 'easel.unfolded'

/** Of the list's pictures, the first so many came while somebody looked further below: they wait behind a button. */
let held = 0
/** The first picture that is shown. */
let anchor = null
/** Where everything stands. */
let layout = layOut([], 0, { least: leastSide, isFolded: () => false })
/** Counts what changes the looks of cells: those that have been dressed since stay as they are. */
let looks = 0
/** What exists of the grid: cells by their first pictures' ids, and days by their dates. */
const cells = new Map(), days = new Map()
/** The picture that the keyboard is at. */
let focused = null
/** Where a range of chosen pictures begins. */
let rangeStart = null
/** Jobs whose pictures are shown each by itself, and whether all are. */
const unfolded = new Set()
let areUnfolded = localStorage.getItem(foldedKey) === 'true'

const view = $('gallery'), grid = $('grid')
const shown = () => (held ? listed.items.slice(held) : listed.items)
const isOpen = () => !view.hidden
/** Whether keys and the wheel are for this view. */
const isInFront = () => isOpen() && !document.querySelector('dialog[open]')

function measure() {
  looks += 1
  const width = grid.clientWidth
  layout = layOut(shown(), width, {
    least: width < phone ? leastSideOnPhones : leastSide,
    isFolded: job => !areUnfolded && !unfolded.has(job),
  })
}

/** The place of the cell that shows a picture; 0 when there is none. */
const placeOf = picture => layout.places.get(picture?.id) ?? 0

function focusChanged(picture) {
  if (focused === picture) return
  focused = picture
  render()
}

function render() {
  if (!isOpen()) return
  grid.style.height = `${layout.height}px`
  // A screen more on either side, so that nothing is missing while one scrolls.
  const top = -grid.getBoundingClientRect().top, screen = innerHeight
  const wanted = new Set(), at = placeOf(focused)
  for (let line = lineAt(layout, top - screen); line < layout.lines.length && layout.lines[line].top < top + 2 * screen; line += 1) {
    for (let index = layout.lines[line].from; index < layout.lines[line].to; index += 1) wanted.add(index)
  }
  // And where the keyboard is, for its focus would be lost.
  if (layout.cells.length) wanted.add(at)

  const present = new Set([...wanted].map(index => layout.cells[index].pictures[0].id))
  const presentDays = new Set([...wanted].map(index => layout.cells[index].day.key))
  for (const [keys, parts] of [[present, cells], [presentDays, days]]) {
    for (const [key, { element }] of parts) {
      if (keys.has(key)) continue
      element.remove()
      parts.delete(key)
    }
  }
  // In the order of the pictures, for whoever reads them out.
  const places = new Map()
  const put = (parent, element) => {
    const next = places.has(parent) ? places.get(parent) : parent.firstChild
    if (element === next) places.set(parent, next.nextSibling)
    else { parent.insertBefore(element, next); places.set(parent, next) }
  }
  let day = null
  for (const index of [...wanted].sort((a, b) => a - b)) {
    const cell = layout.cells[index], { id } = cell.pictures[0]
    if (cell.day !== day) {
      day = cell.day
      if (!days.has(day.key)) days.set(day.key, makeDay())
      dressDay(days.get(day.key), day)
      put(grid, days.get(day.key).element)
    }
    if (!cells.has(id)) cells.set(id, makeCell(cell, { focused: focusChanged, folded: fold }))
    const parts = cells.get(id), isFocused = index === at
    if (parts.looks !== looks || parts.cell !== cell || parts.isFocused !== isFocused) dressCell(parts, cell, layout.side, isFocused)
    Object.assign(parts, { looks, isFocused })
    put(days.get(day.key).list, cells.get(id).element)
  }
  if (top + 3 * screen > layout.height) more()
}

async function more() {
  const wanted = listed
  try {
    await wanted.more()
  } catch (error) {
    if (wanted === listed) say($('gallery-note'), error.message)
  }
}

function listChanged() {
  // What is new at the top must not push away what somebody looks at.
  const isAtTop = scrollY < 40 || !isOpen()
  held = isAtTop || !anchor ? 0 : Math.max(0, listed.items.indexOf(anchor))
  anchor = shown()[0] ?? null
  say($('fresh'), held ? t('gallery.fresh', { count: held }) : '')
  $('gallery-total').textContent = listed.total === null ? '' : t('gallery.count', { count: listed.total })
  const nothing = !listed.isFiltered ? 'gallery.none' : facets ? 'gallery.notFound' : 'gallery.notFound.prompts'
  say($('gallery-note'), shown().length || !listed.isWhole ? '' : t(nothing))
  measure()
  render()
}

function showFresh() {
  held = 0
  anchor = listed.items[0] ?? null
  scrollTo({ top: 0 })
  listChanged()
}

function look(filter) {
  held = 0
  anchor = null
  focused = null
  if (list(filter) !== all) listed.changed.listen(listChanged)
  if (scrollY > view.offsetTop) scrollTo({ top: 0 })
  listChanged()
  more()
}

/** Brings a cell into view and the keyboard to it. */
function focus(index) {
  const cell = layout.cells[index]
  if (!cell) return
  focused = cell.pictures[0]
  const start = grid.getBoundingClientRect().top + scrollY
  const top = start + cell.day.top + cell.top
  // Bars that stay at the window's top.
  const bars = headSpace + (parseFloat(view.style.getPropertyValue('--top')) || 0) + $('selection').offsetHeight
  if (top < scrollY + bars) scrollTo({ top: cell.line ? top - bars : 0 })
  else if (top + layout.side > scrollY + innerHeight) scrollTo({ top: top + layout.side - innerHeight + gap })
  render()
  cells.get(focused.id).link.focus({ preventScroll: true })
}

/** Shows the pictures of a stack each by itself, or together again. */
function fold({ pictures: [picture], isStack }) {
  if (isStack) unfolded.add(picture.job)
  else unfolded.delete(picture.job)
  if (areUnfolded && !isStack) foldAll(true)
  measure()
  focus(placeOf(picture))
}

function foldAll(isFolded) {
  areUnfolded = !isFolded
  localStorage.setItem(foldedKey, areUnfolded)
  unfolded.clear()
  $('fold').setAttribute('aria-pressed', isFolded)
  measure()
  render()
}

// Choosing

/** Chooses all from where the range began. */
function chooseUpTo(index) {
  const start = rangeStart ? placeOf(rangeStart) : index
  choose(layout.cells.slice(Math.min(start, index), Math.max(start, index) + 1).flatMap(({ pictures }) => pictures))
}

/**
 * Reads what was not read yet.
 * @returns {boolean} whether it is still what the gallery lists
 */
async function readRest() {
  const wanted = listed
  try {
    await wanted.rest()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
  return wanted === listed
}

async function chooseAll() {
  startSelecting()
  if (await readRest() && isSelecting) choose(listed.items)
}

/** The keyboard goes to the last picture of all, unless it has gone on meanwhile. */
async function goToEnd() {
  if (listed.isWhole) return
  const from = focused
  if (await readRest() && focused === from && isInFront()) focus(layout.cells.length - 1)
}

const cellAt = target => [...cells.values()].find(({ link }) => link.contains(target))?.cell

function click(event) {
  const cell = cellAt(event.target)
  if (!cell || event.button !== 0) return
  const { pictures, isStack } = cell, isRange = event.shiftKey, isAdded = event.ctrlKey || event.metaKey
  if (isRange || isAdded || isSelecting) {
    event.preventDefault()
    focused = pictures[0]
    if (isRange) chooseUpTo(placeOf(focused))
    else {
      rangeStart = focused
      toggle(pictures)
    }
  } else if (isStack) {
    event.preventDefault()
    fold(cell)
  } else {
    rangeStart = pictures[0]
  }
}

/** A finger that stays on a picture chooses it. */
function acceptLongPress() {
  let timer, hasChosen = false
  const stop = () => clearTimeout(timer)
  grid.addEventListener('pointerdown', event => {
    stop()
    hasChosen = false
    const cell = event.pointerType !== 'mouse' && cellAt(event.target)
    if (!cell) return
    const { clientX, clientY } = event
    timer = setTimeout(() => {
      hasChosen = true
      rangeStart = cell.pictures[0]
      navigator.vibrate?.(20)
      toggle(cell.pictures)
    }, longPress)
    grid.onpointermove = ({ clientX: x, clientY: y }) => { if (Math.hypot(x - clientX, y - clientY) > 10) stop() }
  })
  for (const name of ['pointerup', 'pointercancel']) grid.addEventListener(name, stop)
  grid.addEventListener('click', event => {
    if (!hasChosen) return
    hasChosen = false
    event.preventDefault()
    event.stopImmediatePropagation()
  }, { capture: true })
  // The browser's own menu for links would come as well.
  grid.addEventListener('contextmenu', event => { if (event.pointerType === 'touch' || hasChosen) event.preventDefault() })
}

function removeFocused(at) {
  const { pictures } = layout.cells[at] ?? {}
  if (!pictures) return
  deletePictures(isSelecting && chosenPictures().length ? chosenPictures() : pictures)
  stopSelecting()
  if (layout.cells.length) focus(Math.min(at, layout.cells.length - 1))
  else $('search').focus()
}

function walk(event) {
  // With these keys the browser does something of its own; and one deletes one by one.
  if (event.altKey || event.ctrlKey || event.metaKey || (event.repeat && event.key === 'Delete')) return
  const cell = cellAt(event.target)
  if (!cell) return
  const at = placeOf(focused), last = layout.cells.length - 1
  const places = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: below(layout, at, -1), ArrowDown: below(layout, at, 1), Home: 0, End: last,
  }
  if (event.key === 'Delete') {
    removeFocused(at)
  } else if (event.key in places) {
    rangeStart ??= focused ?? layout.cells[at].pictures[0]
    focus(Math.max(0, Math.min(last, places[event.key])))
    if (event.shiftKey) chooseUpTo(placeOf(focused))
    else rangeStart = focused
    if (event.key === 'End' && !event.shiftKey) goToEnd()
  } else if (event.key === ' ' && (isSelecting || cell.isStack)) {
    if (isSelecting) toggle(cell.pictures)
    else fold(cell)
  } else if (event.key === 'Enter' && isSelecting) {
    // The click that Enter makes would choose it.
    if (cell.isStack) fold(cell)
    else location.hash = `#/picture/${cell.pictures[0].id}`
  } else if (event.key === 's' && canBeKept(cell.pictures[0])) {
    star(cell.pictures)
  } else if (event.key === 'Escape' && !isSelecting && cell.isOpened && !areUnfolded) {
    fold(cell)
  } else {
    return
  }
  event.preventDefault()
}

function keys(event) {
  if (!isInFront() || event.isComposing || event.target.closest('input, textarea, select')) return
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
    event.preventDefault()
    chooseAll()
  } else if (event.key === 'Escape' && isSelecting && !document.querySelector('.pop-up')) {
    stopSelecting()
  }
}

/** The view comes to the front, or leaves out other pictures. */
export function openGallery(query) {
  if (!takeFilters(query)) listChanged()
  readFacets()
}

export function startGallery() {
  startFilters(look)
  startSelection()
  acceptLongPress()
  $('fresh').addEventListener('click', showFresh)
  $('fold').addEventListener('click', () => foldAll(areUnfolded))
  $('fold').setAttribute('aria-pressed', !areUnfolded)
  grid.addEventListener('keydown', walk)
  grid.addEventListener('click', click)
  // Else a range of text is chosen as well.
  grid.addEventListener('mousedown', event => { if (event.shiftKey) event.preventDefault() })
  document.addEventListener('keydown', keys)
  addEventListener('scroll', render, { passive: true })
  new ResizeObserver(() => {
    if (!isOpen()) return
    // What stood at the top of the window stands there afterwards.
    const top = Math.max(0, -grid.getBoundingClientRect().top)
    const line = layout.lines[lineAt(layout, top)], picture = line && layout.cells[line.from].pictures[0]
    const { columns } = layout, offset = line ? line.top - top : 0
    measure()
    render()
    if (!picture || columns === layout.columns || top === 0) return
    scrollBy({ top: layout.lines[layout.cells[placeOf(picture)].line].top - offset - top })
  }).observe(grid)
  // How much of the window is covered by the page's own bar, and by that of what is chosen.
  const bar = document.querySelector('.bar')
  const bars = new ResizeObserver(() => {
    view.style.setProperty('--top', `${getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0}px`)
    view.style.setProperty('--below', `${$('selection').offsetHeight}px`)
  })
  for (const element of [bar, $('selection')]) bars.observe(element)
  all.changed.listen(() => { if (listed === all) listChanged() })
  jobEnded.listen(({ state }) => {
    if (state !== 'done') return
    if (listed !== all) listed.refresh().catch(error => toast(error.message))
    if (isOpen()) readFacets()
  })
  restored.listen(pictures => { if (isInFront() && layout.places.has(pictures[0].id)) focus(placeOf(pictures[0])) })
  pictureLeft.listen(picture => { if (isInFront() && layout.places.has(picture?.id)) focus(placeOf(picture)) })
  const dressAll = () => { looks += 1; render() }
  selectionChanged.listen(dressAll)
  picturesChanged.listen(dressAll)
  facetsChanged.listen(() => { if (isOpen()) listChanged() })
  languageChanged.listen(() => { if (isOpen()) listChanged() })
}
