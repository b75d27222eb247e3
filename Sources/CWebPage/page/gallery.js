// All pictures, in a grid of which only what is on the screen exists: a thousand pictures cost no more than thirty.

import { $, el, say } from './dom.js'
import { jobEnded } from './jobs.js'
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
/** What exists of the grid, by the pictures' ids. */
const cells = new Map()
let layout = { columns: 1, side: leastSide }
/** The picture that the keyboard is at. */
let focused = null

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

/** Where the keyboard is; 0 when its picture is gone. */
const focusedIndex = () => Math.max(0, shown().indexOf(focused))

function render() {
  if (!isOpen()) return
  const items = shown(), { columns } = layout
  grid.style.height = `${Math.max(0, Math.ceil(items.length / columns) * row() - gap)}px`
  // A screen more on either side, so that nothing is missing while one scrolls.
  const top = -grid.getBoundingClientRect().top, screen = innerHeight
  const first = Math.max(0, Math.floor((top - screen) / row())) * columns
  const last = Math.min(items.length, Math.ceil((top + 2 * screen) / row()) * columns)
  const at = focusedIndex()
  // And where the keyboard is, for its focus would be lost.
  const wanted = new Set([...Array(Math.max(0, last - first)).keys()].map(offset => first + offset).concat(items.length ? at : []))

  const present = new Set([...wanted].map(index => items[index].id))
  for (const [id, cell] of cells) {
    if (present.has(id)) continue
    cell.remove()
    cells.delete(id)
  }
  // In the order of the pictures, for whoever reads them out.
  let next = grid.firstChild
  for (const index of [...wanted].sort((a, b) => a - b)) {
    const cell = cells.get(items[index].id) ?? make(items[index])
    if (cell === next) next = cell.nextSibling
    else grid.insertBefore(cell, next)
    place(cell, index)
    cell.firstChild.tabIndex = index === at ? 0 : -1
    cell.setAttribute('aria-posinset', index + 1)
    cell.setAttribute('aria-setsize', listed.isWhole ? items.length : -1)
  }
  if (top + 3 * screen > grid.offsetHeight) more()
}

function make(picture) {
  const cell = el('li', {}, pictureLink(picture, picture.thumbnail_url, { onfocus: () => { focused = picture; render() } }))
  cells.set(picture.id, cell)
  return cell
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
  focused = null
  if (list(query) !== all) listed.changed.listen(listChanged)
  listChanged()
  more()
}

function focus(index) {
  const items = shown()
  if (index < 0 || index >= items.length) return
  focused = items[index]
  const top = grid.getBoundingClientRect().top + scrollY + Math.floor(index / layout.columns) * row()
  if (top < scrollY + 80) scrollTo({ top: top - 80 })
  else if (top + layout.side > scrollY + innerHeight) scrollTo({ top: top + layout.side - innerHeight + gap })
  render()
  cells.get(focused.id).firstChild.focus({ preventScroll: true })
}

function walk(event) {
  // With these keys the browser does something of its own; and one deletes one by one.
  if (event.altKey || event.ctrlKey || event.metaKey || (event.repeat && event.key === 'Delete')) return
  const { columns } = layout, at = focusedIndex(), { length } = shown()
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: length - 1 - at }
  if (event.key === 'Delete') {
    const [picture] = shown().slice(at, at + 1)
    if (picture) deletePicture(picture)
    if (shown().length) focus(Math.min(at, shown().length - 1))
    else $('search').focus()
  } else if (event.key in steps) {
    focus(at + steps[event.key])
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
  jobEnded.listen(({ state }) => { if (state === 'done' && listed !== all) listed.refresh().catch(error => toast(error.message)) })
  languageChanged.listen(() => { if (isOpen()) listChanged() })
}
