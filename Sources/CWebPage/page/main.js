// Starts the page: which view is shown, its language and theme, and what is asked of the server first.

import { $, say } from './dom.js'
import { openDevices, startDevices } from './devices.js'
import { acceptDrops, generate, readChoices, startForm } from './form.js'
import { openGallery, startGallery } from './gallery.js'
import { connectionChanged, follow } from './jobs.js'
import { closePicture, openPicture, startPicture } from './picture.js'
import { all } from './pictures.js'
import { readModels, readReadiness, readSettings, readinessChanged, server } from './server.js'
import { openSettings, startSettings } from './settings.js'
import { language, languageChanged, speak, t, translate } from './strings.js'
import { cancelFirst, startWatching } from './watch.js'

// Views: `#/gallery`; `#/picture/…` opens a picture above the view that was there before.

const openers = { create: () => {}, gallery: openGallery, devices: openDevices, settings: openSettings }
let view = null
/** Where each view was scrolled to. */
const places = {}
/** Whether the open picture was opened from a view; null when none is open. */
let isFromWithin = null

function show(name) {
  if (name === view) return
  if (view) places[view] = scrollY
  view = name
  for (const other of Object.keys(openers)) $(other).hidden = other !== name
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  openers[name]()
  scrollTo({ top: places[name] ?? 0 })
}

function route() {
  const [, name, id] = location.hash.split('/')
  if (name === 'picture' && id) {
    // From within, the view is one step back; else there is nothing to go back to.
    isFromWithin ??= view !== null
    if (!view) show('create')
    openPicture(id, view, () => {
      if (!location.hash.startsWith('#/picture/')) return
      if (isFromWithin) history.back()
      else location.replace(`#/${view}`)
    })
    return
  }
  isFromWithin = null
  closePicture()
  show(name in openers ? name : 'create')
}

// Language and theme

function startLanguage() {
  $('language').value = language
  $('language').addEventListener('change', () => speak($('language').value))
  translate()
}

function startTheme() {
  const stored = 'easel.theme'
  const apply = theme => { document.documentElement.dataset.theme = theme }
  $('theme').value = localStorage.getItem(stored) ?? 'auto'
  $('theme').addEventListener('change', () => { localStorage.setItem(stored, $('theme').value); apply($('theme').value) })
  apply($('theme').value)
}

function showReadiness() {
  const { status, model, reason } = server.readiness
  $('readiness').textContent = t(`ready.${status}`, { model, reason })
  $('readiness').dataset.status = status
}

function startKeys() {
  document.addEventListener('keydown', event => {
    // Held keys, and those that end the typing of a Chinese word, mean nothing here.
    if (event.repeat || event.isComposing) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && view === 'create' && !$('picture').open) {
      event.preventDefault()
      generate()
    }
    if (event.key === 'Escape' && view === 'create' && !$('picture').open) cancelFirst()
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
acceptDrops()
startWatching()
startGallery()
startPicture()
startDevices()
startSettings()
readinessChanged.listen(showReadiness)
languageChanged.listen(showReadiness)
connectionChanged.listen(isConnected => {
  $('connection').hidden = isConnected
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

startForm({ latest: () => all.items[0] })
start()
follow().catch(() => {})
