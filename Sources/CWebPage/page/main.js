// Starts the page: which view is shown, its language and theme, and what is asked of the server first.

import { startAccount } from './account.js'
import { startAlerts } from './alerts.js'
import { startDeleting } from './deleting.js'
import { $, say } from './dom.js'
import { acceptDrops } from './drop.js'
import { generate, readChoices, startForm } from './form.js'
import { startHires } from './hires.js'
import { startHistory } from './history.js'
import { connectionChanged, fidelityEvent, follow } from './jobs.js'
import { startModels } from './models.js'
import { loadMore } from './more.js'
import { all } from './pictures.js'
import { cancelFirst, startQueue } from './queue.js'
import { markShown, startRoll } from './roll.js'
import { readModels, readReadiness, readSettings, readinessChanged, readinessReason, server } from './server.js'
import { startSheet } from './sheet.js'
import { firstOfNewest, startStage } from './stage.js'
import { loadSourceView, startSource } from './source.js'
import { language, languageChanged, speak, t, translate } from './strings.js'
import { toast } from './toasts.js'

// Views: `#/gallery`, or `#/gallery?q=…` with what it leaves out; `#/picture/…` and `#/compare/…/…` open above the view that was there before.

/** What a view does when it comes to the front, or its address has another query, which it is given. Those that are not seen at first are loaded when they are asked for, or in a quiet moment. */
const views = {
  create: async () => () => {},
  gallery: loaded(async () => { const part = await import('./gallery.js'); part.startGallery(); return part.openGallery }),
  machines: loaded(async () => { const part = await import('./machines.js'); part.startMachines(); return part.openMachines }),
  settings: loaded(async () => { const part = await import('./settings.js'); part.startSettings(); return part.openSettings }),
}
/** What opens above a view, with the ids of pictures. */
const above = {
  picture: loaded(async () => { const part = await import('./picture.js'); part.startPicture(); return { open: part.openPicture } }),
  compare: loaded(async () => { const part = await import('./compare.js'); part.startCompare(); return { open: part.openCompare } }),
}
/** What opens beside a button, or by a key. */
const small = {
  presets: loaded(async () => (await import('./presets.js')).openPresets),
  ways: loaded(async () => { const part = await import('./forever.js'); part.startForever(); return part.openWays }),
  keys: loaded(async () => (await import('./keys.js')).showKeys),
}
/** Views that had another name. */
const renamed = { devices: 'machines' }
let view = null, query = ''
/** The scroll position of each view. */
const places = {}
/** Of those that are open: whether there was a view or another of them before, so that one can go back to it. */
const isFromWithin = new Map()

/** Loads a part with its words once, and again only when that failed. */
function loaded(load) {
  let part = null
  return () => (part ??= loadMore().then(load).catch(error => { part = null; throw error }))
}

const open = name => small[name]().then(act => act(), () => toast(t('offline')))

function startSmall() {
  $('presets').addEventListener('click', () => open('presets'))
  $('generate-more').addEventListener('click', () => open('ways'))
  // As in A1111; on phones it is a long press.
  $('generate').addEventListener('contextmenu', event => { event.preventDefault(); open('ways') })
}

async function show(name, wanted = '') {
  const isNew = name !== view
  if (!isNew && wanted === query) return
  if (isNew && view) places[view] = scrollY
  view = name
  query = wanted
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  const opened = await views[name]().catch(() => null)
  if (view !== name || query !== wanted) return
  if (!opened) {
    // Another click tries again.
    view = null
    return void toast(t('offline'))
  }
  // Not before: what is clicked in it shall be heard.
  for (const other of Object.keys(views)) $(other).hidden = other !== name
  opened(query)
  if (isNew) scrollTo({ top: places[name] ?? 0 })
}

async function route() {
  const [path, query] = location.hash.split('?')
  const [, name, ...ids] = path.split('/')
  for (const dialog of Object.keys(above)) if (dialog !== name && $(dialog).open) $(dialog).close()
  if (name in above && ids[0]) {
    // Two are closed before one of them is looked at.
    if (name === 'picture') isFromWithin.delete('compare')
    if (!isFromWithin.has(name)) isFromWithin.set(name, view !== null)
    if (!view) show('create')
    const address = location.hash
    const part = await above[name]().catch(() => toast(t('offline')))
    // Somebody may have gone on meanwhile.
    if (location.hash !== address || !part?.open) return
    part.open(ids, view, () => {
      if (!location.hash.startsWith(`#/${name}/`)) return
      const canGoBack = isFromWithin.get(name)
      isFromWithin.delete(name)
      if (canGoBack) history.back()
      else location.replace(`#/${view}`)
    })
    return
  }
  isFromWithin.clear()
  show(name in views ? name : renamed[name] ?? 'create', query)
}

// Language and theme

function startLanguage() {
  $('language').value = language
  $('language').addEventListener('change', () => speak($('language').value).catch(() => { $('language').value = language; toast(t('offline')) }))
  translate()
}

function startTheme() {
  const stored = 'easel.theme'
  const apply = theme => { document.documentElement.dataset.theme = theme }
  $('theme').value = localStorage.getItem(stored) ?? 'auto'
  $('theme').addEventListener('change', () => { localStorage.setItem(stored, $('theme').value); apply($('theme').value) })
  apply($('theme').value)
}

/** Whether the server has gone silent. */
let isLost = false

function showReadiness() {
  const { status, model } = server.readiness
  $('readiness').textContent = isLost ? t('ready.lost') : t(`ready.${status}`, { model, reason: readinessReason() })
  $('readiness').dataset.status = isLost ? 'lost' : status
}

/** Tells the style sheet when a phone's keyboard takes its part of the window. */
function watchKeyboard() {
  // Windows that are made smaller have none.
  if (!matchMedia('(pointer: coarse)').matches) return
  let width = 0, tallest = 0
  const measure = () => {
    // A phone that is turned has another height; pinching changes neither.
    const [wide, high] = ['width', 'height'].map(side => Math.round(visualViewport[side] * visualViewport.scale))
    if (wide !== width) [width, tallest] = [wide, 0]
    tallest = Math.max(tallest, high)
    const field = document.activeElement?.closest('input, textarea')
    document.documentElement.classList.toggle('typing', high < tallest * 0.75 && Boolean(field))
    // Not every browser does it, and none knows of the bars that stay.
    if (document.documentElement.classList.contains('typing')) field.scrollIntoView({ block: 'nearest' })
  }
  visualViewport.addEventListener('resize', measure)
  measure()
}

function startKeys() {
  document.addEventListener('keydown', event => {
    // Held keys, and those that end the typing of a Chinese word, mean nothing here.
    if (event.repeat || event.isComposing) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && view === 'create' && !document.querySelector('dialog[open]')) {
      event.preventDefault()
      generate()
    }
    const isTyping = event.target.closest?.('input, textarea, select')
    if (event.key === 'Escape' && view === 'create' && !document.querySelector('dialog[open]')) cancelFirst()
    if (event.key === '?' && !isTyping && !document.querySelector('dialog[open]')) open('keys')
  })
  // Its address would be another view's.
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault()
    $('main').focus()
  })
}

startLanguage()
startTheme()
startKeys()
watchKeyboard()
acceptDrops()
startForm({ latest: firstOfNewest })
startSource()
startHires()
startModels()
startHistory()
startQueue()
startStage({ shows: markShown })
startRoll()
startAlerts()
startSheet()
startSmall()
startDeleting()
startAccount()
readinessChanged.listen(showReadiness)
languageChanged.listen(showReadiness)
connectionChanged.listen(isConnected => {
  $('connection').hidden = isConnected
  isLost = !isConnected
  showReadiness()
  if (isConnected) say($('form-error'))
  if (isConnected) readReadiness()
  if (isConnected && !hasStarted) start()
})
addEventListener('hashchange', route)
route()

// All at once: the first screen waits for the slowest, not for the sum.
let hasStarted = false

async function start() {
  hasStarted = true
  const results = await Promise.allSettled([readModels(), readSettings(), readChoices(), all.more(), readReadiness()])
  const failure = results.find(({ status }) => status === 'rejected')
  say($('form-error'), failure?.reason.message)
  // Tried again when there is a connection.
  hasStarted = !failure
}

start()
follow().catch(() => {})
// Something was done about a drift: whoever draws should know, whatever they look at.
fidelityEvent.listen(({ response, text }) => { if (response !== 'none') toast(text) })
addEventListener('load', () => setTimeout(() => { for (const load of [...[views, above, small].flatMap(Object.values), loadSourceView]) load().catch(() => {}) }, 1500))
