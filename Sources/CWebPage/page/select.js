// Which pictures of the gallery are chosen, and the bar that does something with all of them.

import { chooseVary } from './acts.js'
import { chooseAlbums } from './albums.js'
import { CallError } from './api.js'
import { deletePictures, removed } from './deleting.js'
import { $, notifier } from './dom.js'
import { change, facets, facetsChanged } from './pictures.js'
import { languageChanged, number, t } from './strings.js'
import { toast } from './toasts.js'

const mostInZip = 1000 // pictures, as the server has it

/** By id. */
const chosen = new Map()
/** Whether a click chooses a picture instead of opening it. */
export let isSelecting = false
export const selectionChanged = notifier()

export const isChosen = ({ id }) => chosen.has(id)
export const chosenPictures = () => [...chosen.values()]

export function startSelecting() {
  if (isSelecting) return
  isSelecting = true
  show()
}

export function stopSelecting() {
  if (!isSelecting) return
  const hadFocus = $('selection').contains(document.activeElement)
  isSelecting = false
  chosen.clear()
  show()
  if (hadFocus) $('select').focus()
}

/** Chooses pictures, or none of them any more. */
export function choose(pictures, isWanted = true) {
  isSelecting = true
  for (const picture of pictures) {
    if (isWanted) chosen.set(picture.id, picture)
    else chosen.delete(picture.id)
  }
  show()
}

/** Chooses them, unless all are chosen already. */
export const toggle = pictures => choose(pictures, !pictures.every(isChosen))

function show() {
  const { size } = chosen, pictures = chosenPictures()
  $('selection').hidden = !isSelecting
  $('select').setAttribute('aria-pressed', isSelecting)
  const count = size ? t('selection.count', { count: size }) : t('selection.none')
  if ($('selection-count').textContent !== count) $('selection-count').textContent = count
  const button = name => $('selection').querySelector(`[data-do=${name}]`)
  const disabled = { favourite: !size, album: !size, zip: !size || size > mostInZip, delete: !size, vary: size !== 1, compare: size !== 2 }
  for (const [name, isDisabled] of Object.entries(disabled)) button(name).disabled = isDisabled
  for (const name of ['favourite', 'album', 'zip']) button(name).hidden = !facets
  button('zip').title = size > mostInZip ? t('selection.zip.most', { most: number(mostInZip) }) : t('selection.zip.hint')
  button('favourite').setAttribute('aria-pressed', size > 0 && pictures.every(({ is_favourite }) => is_favourite))
  selectionChanged()
}

async function star() {
  const pictures = chosenPictures(), is_favourite = !pictures.every(picture => picture.is_favourite)
  try {
    await change(pictures, { is_favourite })
    toast(t(is_favourite ? 'selection.starred' : 'selection.unstarred', { count: pictures.length }))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
  show()
}

const acts = {
  favourite: star,
  album: button => chooseAlbums(button, chosenPictures()),
  zip: () => {
    // A form, for a browser saves its answer without having it in memory.
    $('zip-ids').value = [...chosen.keys()].join(',')
    $('zip').submit()
  },
  delete: () => {
    const pictures = chosenPictures()
    stopSelecting()
    deletePictures(pictures)
  },
  vary: button => chooseVary(button, chosenPictures()[0], then => {
    stopSelecting()
    addEventListener('hashchange', then, { once: true })
    location.hash = '#/create'
  }),
  compare: () => {
    const [first, second] = [...chosen.keys()]
    location.hash = `#/compare/${first}/${second}`
  },
  done: stopSelecting,
}

export function startSelection() {
  $('select').addEventListener('click', () => (isSelecting ? stopSelecting() : startSelecting()))
  $('selection').addEventListener('click', event => {
    const button = event.target.closest('[data-do]')
    if (button) acts[button.dataset.do](button)
  })
  removed.listen(pictures => { if (pictures.some(isChosen)) choose(pictures, false) })
  languageChanged.listen(show)
  facetsChanged.listen(show)
  show()
}
