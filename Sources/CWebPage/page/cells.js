// What stands in the gallery's grid: days with a heading, and a cell for each picture or for all of a job.

import { star } from './acts.js'
import { el, icon } from './dom.js'
import { factLine } from './facts.js'
import { pictureLink } from './picture.js'
import { canBeKept, facets, listed } from './pictures.js'
import { dayOf } from './rows.js'
import { isChosen, isSelecting, toggle } from './select.js'
import { number, t } from './strings.js'

const dayTitle = key => {
  const [year, month, day] = key.split('-').map(Number), date = new Date(year, month - 1, day)
  const today = dayOf({ created_at: Date.now() }), yesterday = dayOf({ created_at: Date.now() - 86400000 })
  if (key === today) return t('gallery.today')
  if (key === yesterday) return t('gallery.yesterday')
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'full' }).format(date)
}

/** How many pictures a day has; of the last that was read, more may follow. */
function dayCount({ key, pictures, isLast }) {
  const isKnown = !isLast || listed.isWhole
  const count = isKnown ? pictures.length : listed.isFiltered ? null : facets?.days?.find(({ day }) => day === key)?.count
  return count ? t('gallery.count', { count }) : ''
}

/** The parts of a new day. */
export function makeDay() {
  const parts = { count: el('span', { class: 'count' }), title: el('span', {}) }
  parts.choose = el('button', { type: 'button', class: 'plain', onclick: () => toggle(parts.day.pictures) })
  parts.list = el('ul', {})
  const heading = el('h2', {}, parts.title, ' ', parts.count)
  parts.element = el('section', { class: 'day' }, el('div', { class: 'day-head' }, heading, parts.choose), parts.list)
  return parts
}

/** Puts a day to its place, with what is to be read of it now. */
export function dressDay(parts, day) {
  parts.day = day
  // No transform, for what sticks to the window's top would not know of it.
  parts.element.style.top = `${day.top}px`
  parts.element.style.height = `${day.height}px`
  const texts = { title: dayTitle(day.key), count: dayCount(day), choose: t('selection.day') }
  for (const [name, text] of Object.entries(texts)) if (parts[name].textContent !== text) parts[name].textContent = text
  parts.choose.hidden = !isSelecting
  parts.choose.setAttribute('aria-label', `${texts.choose}: ${texts.title}`)
  parts.list.setAttribute('aria-label', texts.title)
}

/**
 * The parts of a new cell.
 * @param {{focused: function, folded: function}} listeners `folded` is given the cell
 */
export function makeCell({ pictures: [picture] }, { focused, folded }) {
  const parts = { picture }
  parts.link = pictureLink(picture, picture.thumbnail_url, {
    title: null, // It has a caption.
    draggable: false,
    onfocus: () => focused(picture),
  })
  parts.caption = el('span', { class: 'caption', 'aria-hidden': 'true' })
  parts.star = el('button', { type: 'button', class: 'star', tabIndex: -1, onclick: () => star([picture]) }, icon('star'))
  parts.fold = el('button', { type: 'button', class: 'fold', tabIndex: -1, onclick: () => folded(parts.cell) })
  parts.element = el('li', {}, parts.link, parts.caption, parts.star, parts.fold)
  parts.link.append(el('span', { class: 'tick' }))
  // A finger that stays chooses it; it does not drag it away.
  parts.link.firstChild.draggable = false
  return parts
}

/** Puts a cell to its place, and shows what is true of it now. */
export function dressCell(parts, cell, side, isFocused) {
  const { pictures, isStack, isOpened, opens } = cell, [picture] = pictures
  const { element, link } = parts
  parts.cell = cell
  element.style.width = element.style.height = `${side}px`
  element.style.transform = `translate(${cell.left}px, ${cell.top}px)`
  element.classList.toggle('stack', isStack)
  element.classList.toggle('opened', isOpened)
  element.classList.toggle('is-chosen', pictures.some(isChosen))
  element.setAttribute('aria-posinset', cell.place + 1)
  element.setAttribute('aria-setsize', cell.day.isLast && !listed.isWhole ? -1 : cell.day.to - cell.day.from)
  link.tabIndex = isFocused ? 0 : -1
  const chosenCount = isSelecting && pictures.filter(isChosen).length
  const wanted = {
    role: isSelecting ? 'checkbox' : isStack ? 'button' : null,
    'aria-checked': isSelecting ? (chosenCount === pictures.length ? 'true' : chosenCount ? 'mixed' : 'false') : null,
    'aria-expanded': isStack && !isSelecting ? 'false' : null,
    'aria-label': isStack ? t('gallery.stack', { count: pictures.length, prompt: picture.prompt || t('job.noPrompt') }) : null,
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (value === null) link.removeAttribute(name)
    else if (link.getAttribute(name) !== value) link.setAttribute(name, value)
  }
  const isStarred = pictures.every(({ is_favourite }) => is_favourite === true)
  parts.star.hidden = !canBeKept(picture) || isStack || isSelecting
  parts.star.setAttribute('aria-pressed', isStarred)
  parts.star.setAttribute('aria-label', t('picture.favourite'))
  element.classList.toggle('is-starred', isStarred)
  parts.fold.hidden = !isStack && !opens
  parts.fold.textContent = isStack ? number(pictures.length) : `${number(opens)} −`
  parts.fold.setAttribute('aria-label', t(isStack ? 'gallery.unfold' : 'gallery.fold', { count: isStack ? pictures.length : opens }))
  const caption = factLine(picture)
  if (parts.caption.textContent !== caption) parts.caption.textContent = caption
}
