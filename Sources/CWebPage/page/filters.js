// What the gallery leaves out: words and parameters that are looked for, and what can be chosen from. It stands in the address.

import { editAlbum } from './albums.js'
import { $, el } from './dom.js'
import { facets, facetsChanged, listed } from './pictures.js'
import { languageChanged, number, t } from './strings.js'

const typingPause = 250 // milliseconds
/** Those that are chosen from, by their names in the API and in what the server lists. */
const lists = { model: 'models', sampler: 'samplers', album: 'albums' }
/** Days back from today, by the names of periods. */
const periods = { today: 0, week: 6, month: 29 }

/** Called with the new filter. */
let changed = () => {}

const day = date => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-')
const daysBack = count => { const date = new Date(); date.setDate(date.getDate() - count); return day(date) }

const link = document.querySelector('nav [data-view=gallery]')
/** The gallery's address, with what is chosen. */
export const galleryAddress = () => link.getAttribute('href')

/** What is chosen, as the address has it: as `GET /api/v1/images` takes it, but for the days of a period. */
function chosen() {
  const period = $('filter-days').value
  const values = {
    q: $('search').value.trim(), favourite: $('filter-favourite').getAttribute('aria-pressed') === 'true' ? 'true' : '',
    ...Object.fromEntries(Object.keys(lists).map(name => [name, $(`filter-${name}`).value])),
    days: period in periods ? period : '',
    from: period === 'own' ? $('filter-first').value : '',
    to: period === 'own' ? $('filter-last').value : '',
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value))
}

function filterOf({ days, ...filter }) { return days ? { ...filter, from: daysBack(periods[days]) } : filter }

const text = values => String(new URLSearchParams(values))

/**
 * Puts what is chosen into the address, from which the gallery takes it.
 * @param {boolean} [isStep] whether Back leads to what was chosen before
 */
function apply(isStep = true) {
  dress()
  // Somebody may have gone on while a search was waiting.
  if (!location.hash.startsWith('#/gallery') || location.hash === galleryAddress()) return
  if (isStep) location.hash = galleryAddress()
  else location.replace(galleryAddress())
}

/** A search is one step back, however it was typed. */
const search = () => apply(!new URLSearchParams(location.hash.split('?')[1]).has('q'))

function dress() {
  const query = text(chosen())
  link.setAttribute('href', query ? `#/gallery?${query}` : '#/gallery')
  $('filter-own').hidden = $('filter-days').value !== 'own'
  for (const select of $('filters').querySelectorAll('select')) select.classList.toggle('chosen', select.value !== '')
  $('filter-clear').hidden = !query
  $('album-edit').hidden = !$('filter-album').value
}

/** Chooses a value that may not be known yet. */
function select(name, value) {
  const field = $(`filter-${name}`)
  if (![...field.options].some(option => option.value === value)) field.append(el('option', { value }, value))
  field.value = value
}

function choose({ q = '', favourite, days = '', from = '', to = '', ...others }) {
  $('search').value = q
  $('filter-favourite').setAttribute('aria-pressed', favourite === 'true')
  for (const name of Object.keys(lists)) select(name, others[name] ?? '')
  select('days', days in periods ? days : from || to ? 'own' : '')
  $('filter-first').value = from
  $('filter-last').value = to
}

/** Chooses what the address's query says. @returns {boolean} whether the gallery lists other pictures now */
export function takeFilters(query) {
  const wanted = Object.fromEntries(new URLSearchParams(query))
  if (text(wanted) !== text(chosen())) choose(wanted)
  dress()
  const filter = filterOf(chosen())
  if (text(filter) === text(listed.filter)) return false
  changed(filter)
  return true
}

function albumChanged(name) {
  select('album', name)
  show()
  apply(false)
}

function replaceOptions(select, first, entries) {
  const { value } = select
  select.replaceChildren(el('option', { value: '' }, first), ...entries.map(([value, label]) => el('option', { value }, label)))
  // What is chosen stays, also when the last picture of it is gone.
  if (value && ![...select.options].some(option => option.value === value)) select.append(el('option', { value }, value))
  select.value = value
}

function show() {
  // Servers that do not tell what there is to choose from cannot choose either.
  for (const id of ['favourite', 'days', ...Object.keys(lists)]) $(`filter-${id}`).hidden = !facets
  $('search').placeholder = t(facets ? 'search.all' : 'search')
  $('search').title = facets ? t('search.hint') : ''
  if (!facets) return
  for (const [name, list] of Object.entries(lists)) {
    const select = $(`filter-${name}`), entries = facets[list] ?? []
    replaceOptions(select, t(`filter.${name}`), entries.map(({ name, count }) => [name, `${name} (${number(count)})`]))
    // One case is no choice.
    select.hidden = entries.length < (name === 'album' ? 1 : 2) && !select.value
  }
  replaceOptions($('filter-days'), t('filter.days'), [...Object.keys(periods), 'own'].map(name => [name, t(`filter.days.${name}`)]))
  $('filter-favourite-count').textContent = number(facets.favourites ?? 0)
}

/** @param {function} listener called with the new filter */
export function startFilters(listener) {
  changed = listener
  let timer
  $('search').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, typingPause) })
  $('search-form').addEventListener('submit', event => { event.preventDefault(); clearTimeout(timer); search() })
  $('filter-favourite').addEventListener('click', () => {
    $('filter-favourite').setAttribute('aria-pressed', $('filter-favourite').getAttribute('aria-pressed') !== 'true')
    apply()
  })
  $('filters').addEventListener('change', () => apply())
  $('filter-clear').addEventListener('click', () => { choose({}); apply(); $('search').focus() })
  $('album-edit').addEventListener('click', () => editAlbum($('album-edit'), $('filter-album').value, albumChanged))
  facetsChanged.listen(show)
  languageChanged.listen(show)
  show()
}
