// All pictures, in a grid of which only what is on the screen exists: a thousand pictures cost no more than thirty.

import { $, el, say } from './dom.js'
import { jobDone } from './jobs.js'
import { deletePicture, pictureLink } from './picture.js'
import { all, list, listed } from './pictures.js'
import { languageChanged, t } from './strings.js'
import { toast } from './toasts.js'

const leastSide = 168, gap = 10 // pixels
const typingPause = 250 // milliseconds

/** Of the list's pictures, the first so many came while somebody looked further below: they wait behind a button. */
let held = 0
/** The first picture that is shown. */
let anchor = null
/** By index of what is shown. */
const cells = new Map()
let layout = { columns: 1, side: leastSide }
/** The index of the picture that the keyboard is at. */
let focused = 0

const view = $('gallery'), grid = $('grid')
const shown = () => (held ? listed.items.slice(held) : listed.items)
const isOpen = () => !view.hidden
const row = () => layout.side + gap

function measure() {
  const width = grid.clientWidth
  const columns = Math.max(2, Math.floor((width + gap) / (leastSide + gap)))
  layout = { columns, side: (width - gap * (columns - 1)) / columns }
}

function place(cell, index) {
  const { columns, side } = layout
  cell.style.width = cell.style.height = `${side}px`
  cell.style.transform = `translate(${(index % columns) * (side + gap)}px, ${Math.floor(index / columns) * row()}px)`
}

function render() {
  if (!isOpen()) return
  const items = shown(), { columns } = layout
  grid.style.height = `${Math.max(0, Math.ceil(items.length / columns) * row() - gap)}px`
  // A screen more on either side, so that nothing is missing while one scrolls.
  const top = -grid.getBoundingClientRect().top, screen = innerHeight
  const first = Math.max(0, Math.floor((top - screen) / row())) * columns
  const last = Math.min(items.length, Math.ceil((top + 2 * screen) / row()) * columns)
  focused = Math.min(focused, Math.max(0, items.length - 1))

  for (const [index, { picture, cell }] of cells) {
    if (index >= first && index < last && items[index] === picture) continue
    cell.remove()
    cells.delete(index)
  }
  for (let index = first; index < last; index++) {
    const entry = cells.get(index) ?? add(items[index], index)
    place(entry.cell, index)
    entry.cell.firstChild.tabIndex = index === focused ? 0 : -1
    entry.cell.setAttribute('aria-setsize', listed.isWhole ? items.length : -1)
  }
  if (top + 3 * screen > grid.offsetHeight) more()
}

function add(picture, index) {
  const cell = el('li', { 'aria-posinset': index + 1 }, pictureLink(picture, picture.thumbnail_url, {
    onfocus: () => { focused = index; render() },
  }))
  cells.set(index, { picture, cell })
  // In the order of the pictures, for whoever reads them out.
  const next = [...cells.keys()].filter(other => other > index).sort((a, b) => a - b)[0]
  grid.insertBefore(cell, next === undefined ? null : cells.get(next).cell)
  return cells.get(index)
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
  say($('gallery-note'), shown().length || !listed.isWhole ? '' : t(listed.query ? 'gallery.notFound' : 'gallery.none'))
  render()
}

function showFresh() {
  held = 0
  anchor = listed.items[0] ?? null
  scrollTo({ top: 0 })
  listChanged()
}

function search(query) {
  if (query === listed.query) return
  held = 0
  anchor = null
  focused = 0
  for (const { cell } of cells.values()) cell.remove()
  cells.clear()
  if (list(query) !== all) listed.changed.listen(listChanged)
  listChanged()
  more()
}

function focus(index) {
  const items = shown()
  if (index < 0 || index >= items.length) return
  focused = index
  const top = grid.getBoundingClientRect().top + scrollY + Math.floor(index / layout.columns) * row()
  if (top < scrollY + 80) scrollTo({ top: top - 80 })
  else if (top + layout.side > scrollY + innerHeight) scrollTo({ top: top + layout.side - innerHeight + gap })
  render()
  cells.get(index)?.cell.firstChild.focus({ preventScroll: true })
}

function walk(event) {
  const { columns } = layout
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -focused, End: shown().length - 1 - focused }
  if (event.key === 'Delete') {
    const picture = shown()[focused]
    if (picture) deletePicture(picture)
    requestAnimationFrame(() => focus(Math.min(focused, shown().length - 1)))
  } else if (event.key in steps) {
    focus(focused + steps[event.key])
  } else {
    return
  }
  event.preventDefault()
}

/** The view comes to the front. */
export function openGallery() {
  measure()
  listChanged()
}

export function startGallery() {
  let timer
  $('search').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(() => search($('search').value.trim()), typingPause) })
  $('search-form').addEventListener('submit', event => { event.preventDefault(); search($('search').value.trim()) })
  $('fresh').addEventListener('click', showFresh)
  grid.addEventListener('keydown', walk)
  addEventListener('scroll', render, { passive: true })
  new ResizeObserver(() => {
    if (!isOpen()) return
    // What stood at the top of the window stands there afterwards.
    const top = Math.max(0, -grid.getBoundingClientRect().top)
    const index = Math.floor(top / row()) * layout.columns, offset = top % row()
    const before = layout.columns
    measure()
    render()
    if (before !== layout.columns && top > 0) scrollBy({ top: Math.floor(index / layout.columns) * row() + offset - top })
  }).observe(grid)
  all.changed.listen(() => { if (listed === all) listChanged() })
  jobDone.listen(() => { if (listed !== all) listed.refresh().catch(error => toast(error.message)) })
  languageChanged.listen(() => { if (isOpen()) listChanged() })
}
