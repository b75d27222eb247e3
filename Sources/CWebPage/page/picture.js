// One picture, large, with what it was made from.

import { CallError, get } from './api.js'
import { $, el } from './dom.js'
import { fillFrom } from './form.js'
import { parseInfotext } from './infotext.js'
import { all, listed, remove } from './pictures.js'
import { moment, t } from './strings.js'
import { toast } from './toasts.js'

const undoTime = 6000 // milliseconds

const dialog = $('picture')
let picture = null
/** The list that it was opened from, for the pictures before and after it. */
let neighbours = all
/** Called when the dialog is closed: where one was before. */
let onClose = () => {}

/** A link to a picture, which opens it. */
export const pictureLink = ({ id, prompt, width, height }, address, properties = {}) => el('a', { href: `#/picture/${id}`, ...properties },
  el('img', { src: address, alt: prompt || t('job.noPrompt'), width, height, decoding: 'async' }))

/** The picture so many places further on; undefined where there is none, or where this one has no place. */
function neighbour(step) {
  const index = neighbours.items.findIndex(({ id }) => id === picture.id)
  return index < 0 ? undefined : neighbours.items[index + step]
}

const showTurns = () => {
  for (const [name, step] of [['newer', -1], ['older', 1]]) dialog.querySelector(`[data-do=${name}]`).disabled = !neighbour(step)
}

function show() {
  const image = $('picture-image')
  if (image.getAttribute('src') !== picture.url) image.src = picture.url
  Object.assign(image, { alt: picture.prompt || t('job.noPrompt'), width: picture.width, height: picture.height })
  const info = parseInfotext(picture.infotext)
  // Seeds have more digits than numbers here: the text has them all.
  const seed = info?.parameters.get('Seed') ?? picture.seed
  Object.assign($('picture-download'), { href: picture.url, download: `${seed}-${picture.id.slice(0, 8)}.png` })
  showTurns()
  const facts = [...(info?.parameters ?? [])]
  $('picture-facts').replaceChildren(
    el('p', { class: 'prompt', id: 'picture-prompt', 'aria-live': 'polite' }, picture.prompt || t('job.noPrompt')),
    picture.negative_prompt && el('p', { class: 'prompt negative' }, el('strong', {}, t('negative')), ' ', picture.negative_prompt),
    el('dl', {}, [...facts, [t('picture.made'), moment(picture.created_at)]].map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))))
}

/**
 * Opens the picture.
 * @param {string} id
 * @param {string} view the one that it is opened from
 * @param {function} closed called when it is closed
 */
export async function openPicture(id, view, closed) {
  const list = view === 'gallery' ? listed : all
  let found
  try {
    found = list.items.find(item => item.id === id) ?? await get(`/api/v1/images/${encodeURIComponent(id)}`)
  } catch (error) {
    toast(error.status === 404 ? t('picture.gone') : error.message)
    return closed()
  }
  // Somebody may have gone on meanwhile.
  if (location.hash !== `#/picture/${id}`) return
  onClose = closed
  neighbours = list
  picture = found
  show()
  if (!dialog.open) dialog.showModal()
}

export function closePicture() { if (dialog.open) dialog.close() }

/** Takes a picture away; for some seconds it can be had back. */
export function deletePicture(picture) {
  const { undo, done } = remove(picture, undoTime)
  const close = toast(t('picture.deleted'), { label: t('undo'), act: undo }, undoTime)
  done.catch(error => {
    close()
    toast(error.message)
  })
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Pages that come over plain HTTP from another machine have no clipboard of their own.
    const before = document.activeElement
    const field = el('textarea', { value: text })
    dialog.append(field)
    field.select()
    document.execCommand('copy')
    field.remove()
    before.focus()
  }
  toast(t('picture.copied'))
}

async function turn(step) {
  const next = neighbour(step)
  if (!next) return
  location.replace(`#/picture/${next.id}`)
  // Near the end the next ones are asked for.
  if (!neighbour(step + 3)) neighbours.more().catch(error => { if (!(error instanceof CallError)) throw error })
}

const acts = {
  close: () => dialog.close(),
  newer: () => turn(-1),
  older: () => turn(1),
  copy: () => copy(picture.infotext),
  reuse: () => {
    fillFrom(picture.infotext)
    onClose = () => { location.hash = '#/create' }
    dialog.close()
    $('generate').focus()
  },
  delete: () => {
    const gone = picture, next = neighbour(1) ?? neighbour(-1)
    deletePicture(gone)
    if (next) location.replace(`#/picture/${next.id}`)
    else dialog.close()
  },
}

export function startPicture() {
  dialog.addEventListener('click', event => {
    if (event.target === dialog) return dialog.close() // beside it
    acts[event.target.closest('[data-do]')?.dataset.do]?.()
  })
  dialog.addEventListener('close', () => {
    document.body.append($('toasts'))
    onClose()
  })
  // What comes before and after it may be known only later.
  all.changed.listen(() => { if (dialog.open) showTurns() })
  dialog.addEventListener('keydown', event => {
    if (event.altKey || event.ctrlKey || event.metaKey || (event.repeat && event.key === 'Delete')) return
    if (event.key === 'ArrowLeft') turn(-1)
    if (event.key === 'ArrowRight') turn(1)
    if (event.key === 'Delete') acts.delete()
  })
}
