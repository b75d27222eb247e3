// Deleting pictures: they are out of sight at once, the server is told some seconds later, and until then they can be had back.

import { call } from './api.js'
import { notifier } from './dom.js'
import { facets, forget, portions, readFacets, setHidden } from './pictures.js'
import { t } from './strings.js'
import { toast } from './toasts.js'

const undoTime = 10000 // milliseconds after the last of several

/** What can be had back, step by step, the latest last. One message tells of all. */
const steps = []
let timer
let closeMessage = () => {}

/** Told of the pictures that are gone. */
export const removed = notifier()
/** Told of the pictures that somebody had back. */
export const restored = notifier()

/** Takes pictures away; for some seconds they can be had back. */
export function deletePictures(pictures) {
  if (!pictures.length) return
  setHidden(pictures, true)
  steps.push(pictures)
  announce()
  removed(pictures)
}

/** Has the pictures of the last deletion back. */
const undoLast = () => takeBack(steps.splice(-1))

function takeBack(taken) {
  const pictures = taken.flat()
  if (!pictures.length) return
  setHidden(pictures, false)
  announce()
  restored(pictures)
}

function announce() {
  clearTimeout(timer)
  closeMessage()
  const count = steps.flat().length
  if (!count) return
  closeMessage = toast(t('picture.deleted', { count }), { label: t('undo'), act: () => takeBack(steps.splice(0)) }, undoTime)
  timer = setTimeout(tell, undoTime)
}

const deleteOne = id => call('DELETE', `/api/v1/images/${id}`, undefined, { keepalive: true }).catch(error => {
  // Somebody else was quicker.
  if (error.status !== 404) throw error
})

/** Sent on even when the page is left. */
const deleteAll = ids => (ids.length > 1 && facets
  ? call('POST', '/api/v1/images/delete', { ids }, { keepalive: true }) : Promise.all(ids.map(deleteOne)))

async function tell() {
  clearTimeout(timer)
  closeMessage()
  const pictures = steps.splice(0).flat()
  if (!pictures.length) return
  try {
    await Promise.all(portions(pictures).map(deleteAll))
    forget(pictures)
    readFacets()
  } catch (error) {
    setHidden(pictures, false)
    toast(error.message)
  }
}

/** Lets Ctrl+Z have back what was deleted last, and a page that is left delete at once. */
export function startDeleting() {
  addEventListener('pagehide', tell)
  document.addEventListener('keydown', event => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'z'
    // Where one types it takes back what was typed.
    if (!isUndo || !steps.length || event.target.closest('input, textarea')) return
    event.preventDefault()
    undoLast()
  })
}
