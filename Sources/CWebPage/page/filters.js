// What the gallery leaves out: words and parameters that are looked for, and what can be chosen from.

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

/** Members of the query of `GET /api/v1/images`. */
function filter() {
  const period = $('filter-days').value
  const values = {
    q: $('search').value.trim(), favourite: $('filter-favourite').getAttribute('aria-pressed') === 'true' ? 'true' : '',
    ...Object.fromEntries(Object.keys(lists).map(name => [name, $(`filter-${name}`).value])),
    from: period in periods ? daysBack(periods[period]) : period === 'own' ? $('filter-first').value : '',
    to: period === 'own' ? $('filter-last').value : '',
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value))
}

function apply() {
  const wanted = filter()
  $('filter-own').hidden = $('filter-days').value !== 'own'
  for (const select of $('filters').querySelectorAll('select')) select.classList.toggle('chosen', select.value !== '')
  $('filter-clear').hidden = !Object.keys(wanted).length
  if (String(new URLSearchParams(wanted)) !== String(new URLSearchParams(listed.filter))) changed(wanted)
}

/** Nothing is left out any more. */
function clearFilters() {
  $('search').value = ''
  $('filter-favourite').setAttribute('aria-pressed', false)
  for (const name of [...Object.keys(lists), 'days', 'first', 'last']) $(`filter-${name}`).value = ''
  apply()
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
  $('search').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, typingPause) })
  $('search-form').addEventListener('submit', event => { event.preventDefault(); clearTimeout(timer); apply() })
  $('filter-favourite').addEventListener('click', () => {
    $('filter-favourite').setAttribute('aria-pressed', $('filter-favourite').getAttribute('aria-pressed') !== 'true')
    apply()
  })
  $('filters').addEventListener('change', apply)
  $('filter-clear').addEventListener('click', () => { clearFilters(); $('search').focus() })
  facetsChanged.listen(show)
  languageChanged.listen(show)
  show()
}
