// Models from Hugging Face, ModelScope and CivitAI: looked at first, then fetched, with their progress.

import { CallError, call, get, worded } from './api.js'
import { $, el, say } from './dom.js'
import { caughtUp, downloadEvent } from './jobs.js'
import { openSheet } from './sheet.js'
import { bytes, duration, named, t } from './strings.js'
import { toast } from './toasts.js'

/** Downloads by id, as the server tells them; the newest first. */
let downloads = new Map()
/** The list in the sheet, and its entries by id. */
let list = null
const entries = new Map()

const isOver = ({ state }) => ['done', 'failed', 'cancelled'].includes(state)

function report(error) {
  if (!(error instanceof CallError)) throw error
  say($('get-error'), error.message)
}

// A source, before it is fetched

const fact = (name, value) => value && el('div', {}, el('dt', {}, t(name)), el('dd', {}, value))

/** A link, where the address is one; a note beside a model may say anything. */
const link = address => (/^https?:\/\//.test(address) ? el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, address) : address)

function showPlan(plan, wanted) {
  const size = plan.bytes === undefined ? t('get.size.unknown') : bytes(plan.bytes)
  const fetch = el('button', { type: 'button', class: 'primary', onclick: () => begin(wanted, fetch) }, t('get.fetch', { size }))
  $('get-plan').replaceChildren(...[
    el('dl', {},
      fact('get.name', plan.name), fact('get.kind', named('get.kind', plan.kind)), fact('get.from', el('span', {}, `${plan.hub}, `, link(plan.page))),
      fact('get.license', plan.license ?? t('get.license.none')), fact('get.base', plan.base_models.join(', ')),
      fact('get.words', plan.trigger_words.join(', ')), fact('get.size', t('get.files', { count: plan.files.length, size }))),
    // The server's own words, in English.
    ...plan.notes.map(note => el('p', { class: 'note', lang: 'en' }, note)),
    el('div', { class: 'row' }, fetch),
  ])
  fetch.focus()
}

/** Several files may be meant: one is chosen. */
function showFiles(names, wanted) {
  $('get-plan').replaceChildren(el('h3', {}, t('get.choose')), el('ul', { class: 'choices' }, names.map(file =>
    el('li', {}, el('button', { type: 'button', onclick: () => look({ ...wanted, file }) }, file)))))
}

async function look(wanted) {
  say($('get-error'))
  $('get-plan').replaceChildren(el('p', { class: 'note' }, t('get.looking')))
  try {
    showPlan(await call('POST', '/api/v1/models/look', wanted), wanted)
  } catch (error) {
    $('get-plan').replaceChildren()
    if (error.reason === 'several_files' && error.values?.choices?.length) showFiles(error.values.choices, wanted)
    else report(error)
  }
}

async function begin(wanted, button) {
  button.disabled = true
  try {
    take(await call('POST', '/api/v1/models/get', wanted))
    $('get-plan').replaceChildren()
    $('get-source').value = ''
    $('get-source').focus()
  } catch (error) {
    button.disabled = false
    report(error)
  }
}

// Downloads

function stateOf(download) {
  const { state, bytes_done: done, bytes: all, bytes_per_second: speed } = download
  if (state === 'failed') return worded({ message: download.error, reason: download.failure_reason, values: download.failure_values })
  if (state !== 'fetching') return named('get.state', state)
  const rest = speed > 0 && all ? t('get.rest', { time: duration(Math.max(0, all - done) / speed) }) : ''
  return [all ? t('get.progress', { done: bytes(done), all: bytes(all) }) : bytes(done), speed > 0 && t('get.speed', { speed: bytes(speed) }), rest].filter(Boolean).join(' · ')
}

/** An entry, kept while its download is told of again: what has the focus keeps it. */
function entry(download) {
  const known = entries.get(download.id)
  const made = known ?? { text: el('span', { class: 'note' }), bar: el('progress', { max: 1 }), stop: el('button', { type: 'button', class: 'side', onclick: () => stop(download.id) }, '✕') }
  if (!known) {
    made.bar.setAttribute('aria-label', download.name)
    made.element = el('li', { class: 'download' }, el('div', {}, el('strong', {}, download.name), ' ', made.text, made.bar), made.stop)
    entries.set(download.id, made)
  }
  made.text.textContent = stateOf(download)
  made.text.classList.toggle('error', download.state === 'failed')
  made.bar.hidden = download.state !== 'fetching'
  if (download.bytes) made.bar.value = download.bytes_done / download.bytes
  else made.bar.removeAttribute('value')
  const act = t(isOver(download) ? 'get.remove' : 'get.cancel', { name: download.name })
  Object.assign(made.stop, { title: act, ariaLabel: act })
  return made.element
}

function show() {
  if (!list?.isConnected) return
  const shown = [...downloads.values()].map(entry)
  for (const element of [...list.children]) if (!shown.includes(element)) element.remove()
  shown.forEach((element, index) => { if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null) })
}

function take(download) {
  if (downloads.has(download.id)) downloads.set(download.id, download)
  else downloads = new Map([[download.id, download], ...downloads])
  show()
}

async function stop(id) {
  try {
    const wasOver = isOver(downloads.get(id))
    const download = await call('DELETE', `/api/v1/downloads/${id}`)
    if (wasOver) downloads.delete(id)
    else downloads.set(id, download)
    show()
  } catch (error) {
    report(error)
  }
}

const read = async () => {
  const answer = await get('/api/v1/downloads')
  downloads = new Map(answer.downloads.map(download => [download.id, download]))
  show()
  return answer
}

/** Opens the sheet. */
export async function openGet() {
  let answer
  try {
    answer = await read()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return void toast(error.message)
  }
  entries.clear()
  list = el('ul', { class: 'downloads' })
  const source = el('input', { type: 'text', id: 'get-source', autocomplete: 'off', autocapitalize: 'off', spellcheck: false, 'aria-describedby': 'get-hint', placeholder: 'stabilityai/sdxl-turbo' })
  const form = el('form', { class: 'row', onsubmit: event => { event.preventDefault(); if (source.value.trim()) look({ source: source.value.trim() }) } },
    el('label', { htmlFor: 'get-source' }, t('get.source')), source, el('button', { type: 'submit' }, t('get.look')))
  openSheet(t('get'), answer.is_allowed ? [form, el('p', { class: 'note', id: 'get-hint' }, t('get.hint'))] : el('p', {}, t('error.downloads_off')),
    el('p', { class: 'error', id: 'get-error', role: 'alert', hidden: true }), el('div', { id: 'get-plan', role: 'status' }), list)
  show()
}

downloadEvent.listen(download => {
  // One that was taken off the list here is over for this page.
  if (!downloads.has(download.id) && isOver(download)) return
  take(download)
})
caughtUp.listen(() => { if (list?.isConnected) read().catch(() => {}) })
