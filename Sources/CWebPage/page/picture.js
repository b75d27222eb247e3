// One picture, as large as the window, with what it was made from.

import { chooseUse, chooseVary, star } from './acts.js'
import { chooseAlbums } from './albums.js'
import { CallError } from './api.js'
import { copyText } from './clipboard.js'
import { sourcesOf } from './compare.js'
import { deletePictures, restored } from './deleting.js'
import { $, el, icon, notifier } from './dom.js'
import { factLine, fileName, firstFacts, nameOf, otherFacts, shortly, titleOf } from './facts.js'
import { galleryAddress } from './filters.js'
import { activeJobs, jobsChanged } from './jobs.js'
import { openMenu } from './menu.js'
import { all, canBeKept, facetsChanged, find, listed, picturesChanged } from './pictures.js'
import { choose } from './select.js'
import { languageChanged, number, t } from './strings.js'
import { toast } from './toasts.js'
import { Zoom, zoomButtons } from './zoom.js'

const slideTime = 4000 // milliseconds
const factsKey = 'easel.facts'

const dialog = $('picture')
let picture = null
/** The list that it was opened from, for the pictures before and after it. */
let neighbours = all
/** Called when the dialog is closed: where one was before. */
let onClose = () => {}
/** Told of the picture that was seen last. */
export const pictureLeft = notifier()

/** A link to a picture, which opens it. */
export const pictureLink = (picture, address, properties = {}) => el(
  'a', { href: `#/picture/${picture.id}`, title: factLine(picture), ...properties },
  el('img', { src: address, alt: titleOf(picture), width: picture.width, height: picture.height, decoding: 'async' }))

/** The picture so many places further on; undefined where there is none, or where this one has no place. */
function neighbour(step) {
  const index = neighbours.items.indexOf(picture)
  return index < 0 ? undefined : neighbours.items[index + step]
}

let isFull = false
/** The clock of the slideshow; null when there is none. */
let slides = null

// What is shown

const zoom = new Zoom({ changed: showPlace, swiped: step => turn(step), clicked: () => setFull(!isFull) })

function showPlace() {
  if (!picture) return
  const index = neighbours.items.indexOf(picture), of = neighbours.total
  const place = index < 0 || of === null ? '' : t('picture.place', { n: number(index + 1), of: number(of) })
  $('picture-place').textContent = [place, `${number(zoom.scale * 100)} %`].filter(Boolean).join(' · ')
  for (const [name, step] of [['newer', -1], ['older', 1]]) dialog.querySelector(`[data-do=${name}]`).disabled = !neighbour(step)
}

/** The browser's tab tells of the picture, unless it tells how far a job is. */
function showTitle() {
  if (!activeJobs().length && picture) document.title = `${titleOf(picture).slice(0, 60)} – Easel`
}

const copy = (name, value) => copyText(value, t('picture.copied.value', { name }))

const copyable = (name, value, text = value) => el(
  'button', { type: 'button', class: 'fact', title: t('picture.copy.value', { name }), onclick: () => copy(name, value) }, text)

function showFacts() {
  const wasOpen = $('picture-facts').querySelector('details')?.open
  const text = (name, value, id) => {
    const hint = t('picture.copy.value', { name })
    return el('div', { class: 'text' },
      el('p', { class: id ? 'prompt' : 'prompt negative', id }, !id && [el('strong', {}, name), ' '], value),
      el('button', { type: 'button', class: 'plain', 'aria-label': hint, title: hint, onclick: () => copy(name, value) }, icon('copy')))
  }
  $('picture-facts').replaceChildren(
    text(t('prompt'), titleOf(picture), 'picture-prompt'),
    ...(picture.negative_prompt ? [text(t('negative'), picture.negative_prompt)] : []),
    el('ul', { class: 'first' }, firstFacts(picture).map(([name, value]) =>
      el('li', {}, el('span', { class: 'hidden' }, `${nameOf(name)}: `), copyable(nameOf(name), value, shortly(name, value))))),
    ...(picture.albums?.length ? [el('p', { class: 'note' }, t('album.in', { names: picture.albums.join(t('list.comma')) }))] : []),
    el('details', { open: wasOpen ?? false }, el('summary', {}, t('picture.more')),
      el('dl', {}, otherFacts(picture).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, copyable(name, value)))))))
}

function show() {
  const image = $('picture-image')
  if (image.getAttribute('src') !== picture.url) image.src = picture.url
  image.alt = titleOf(picture)
  zoom.setSize(picture.width, picture.height)
  Object.assign($('picture-download'), { href: picture.url, download: fileName(picture) })
  showStar()
  showPlace()
  showFacts()
  showTitle()
  // In a slideshow they would all be read out.
  $('picture-said').textContent = slides ? '' : titleOf(picture)
  // What comes next is at hand when it is asked for.
  for (const step of [1, -1]) if (neighbour(step)) new Image().src = neighbour(step).url
}

function showStar() {
  for (const name of ['favourite', 'album']) dialog.querySelector(`[data-do=${name}]`).hidden = !canBeKept(picture)
  dialog.querySelector('[data-do=favourite]').setAttribute('aria-pressed', Boolean(picture.is_favourite))
}

/**
 * Opens the picture.
 * @param {string[]} ids its own
 * @param {string} view the one that it is opened from
 * @param {function} closed called when it is closed
 */
export async function openPicture([id], view, closed) {
  let found
  try {
    found = await find(id)
  } catch (error) {
    toast(error.status === 404 ? t('picture.gone') : error.message)
    return closed()
  }
  // Somebody may have gone on meanwhile.
  if (location.hash !== `#/picture/${id}`) return
  onClose = closed
  neighbours = view === 'gallery' ? listed : all
  picture = found
  if (!dialog.open) dialog.showModal()
  show()
}

function turn(step) {
  const next = neighbour(step)
  if (!next) return
  location.replace(`#/picture/${next.id}`)
  // Near the end the next ones are asked for.
  if (!neighbour(step + 3)) neighbours.more().catch(error => { if (!(error instanceof CallError)) throw error })
}

// Full screen, and one picture after another

/** Everything but the picture goes; the window's own frame, too, where the browser can do that. */
function setFull(isWanted) {
  isFull = isWanted
  dialog.classList.toggle('full', isFull)
  dialog.querySelector('[data-do=full]').setAttribute('aria-pressed', isFull)
  zoom.show(isFull ? 'fit' : 'own')
  if (isFull) $('viewer').requestFullscreen?.().catch(() => {})
  else if (document.fullscreenElement) document.exitFullscreen()
}

function setSlides(isWanted) {
  clearInterval(slides)
  slides = isWanted ? setInterval(() => {
    if (neighbour(1)) turn(1)
    else if (neighbours.items.length > 1) location.replace(`#/picture/${neighbours.items[0].id}`)
  }, slideTime) : null
  dialog.querySelector('[data-do=slides]').setAttribute('aria-pressed', isWanted)
}

function showDrawer(isWanted) {
  dialog.classList.toggle('bare', !isWanted)
  dialog.querySelector('[data-do=facts]').setAttribute('aria-pressed', isWanted)
  localStorage.setItem(factsKey, isWanted)
}

/** Closes the picture for the form. */
function toForm(then) {
  onClose = () => {
    addEventListener('hashchange', () => { then(); $('generate').focus({ preventScroll: true }) }, { once: true })
    location.hash = '#/create'
  }
  dialog.close()
}

const acts = {
  close: () => dialog.close(),
  newer: () => turn(-1),
  older: () => turn(1),
  favourite: () => star([picture]),
  album: button => chooseAlbums(button, [picture]),
  copy: () => copyText(picture.infotext, t('picture.copied')),
  use: button => chooseUse(button, picture, toForm),
  vary: button => chooseVary(button, picture, toForm),
  compare: async button => openMenu(button, [
    ...(await sourcesOf(picture)).map(id => ({ label: t('compare.source'), act: () => { location.hash = `#/compare/${id}/${picture.id}` } })),
    ...[[-1, 'newer'], [1, 'older']].filter(([step]) => neighbour(step)).map(([step, name]) => (
      { label: t(name), act: () => { location.hash = `#/compare/${picture.id}/${neighbour(step).id}` } })),
    {
      label: t('compare.choose'),
      act: () => {
        choose([picture])
        onClose = () => { location.hash = galleryAddress() }
        dialog.close()
        toast(t('compare.choose.hint'))
      },
    },
  ]),
  delete: () => {
    const gone = picture, next = neighbour(1) ?? neighbour(-1)
    deletePictures([gone])
    if (next) location.replace(`#/picture/${next.id}`)
    else dialog.close()
  },
  facts: () => showDrawer(dialog.classList.contains('bare')),
  full: () => setFull(!isFull),
  slides: () => setSlides(!slides),
  larger: () => zoom.larger(),
  smaller: () => zoom.smaller(),
  exact: () => zoom.exact(),
  fit: () => zoom.fit(),
}

const keys = {
  ArrowLeft: 'newer', ArrowRight: 'older', Delete: 'delete', '+': 'larger', '=': 'larger', '-': 'smaller', 1: 'exact', 0: 'fit', f: 'full',
  i: 'facts', s: 'favourite', ' ': 'slides',
}
const moves = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, -0.2], ArrowDown: [0, 0.2] }

/** Buttons say their keys. */
function showKeys() {
  const signs = { ArrowLeft: '←', ArrowRight: '→', Delete: t('key.delete'), ' ': t('key.space') }
  for (const [key, name] of Object.entries(keys)) {
    const button = dialog.querySelector(`[data-do=${name}]`)
    if (key !== '=') button.title = `${t(button.dataset.tHint)} (${signs[key] ?? key.toUpperCase()})`
  }
}

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest('input, textarea')) return
  const { key } = event, name = keys[key] ?? keys[key.toLowerCase()]
  if (event.shiftKey && key in moves) {
    zoom.move(...moves[key])
  } else if (name && !dialog.querySelector(`[data-do=${name}]`).hidden) {
    // One deletes one by one, and on a button Space presses it.
    if (event.repeat && !['newer', 'older', 'larger', 'smaller'].includes(name)) return
    if (key === ' ' && event.target.closest('button, a, summary')) return
    acts[name]()
  } else {
    return
  }
  event.preventDefault()
}

export function startPicture() {
  dialog.querySelector('[data-do=close]').after(...zoomButtons())
  zoom.add($('picture-stage'), [$('picture-image')])
  showKeys()
  showDrawer(localStorage.getItem(factsKey) !== 'false')
  dialog.addEventListener('click', event => {
    const button = event.target.closest('[data-do]')
    if (button) acts[button.dataset.do](button)
  })
  dialog.addEventListener('close', () => {
    document.body.append($('toasts'))
    setSlides(false)
    if (isFull) setFull(false)
    if (!activeJobs().length) document.title = 'Easel'
    const left = picture
    picture = null
    onClose()
    pictureLeft(left)
  })
  // Escape leaves full screen first.
  dialog.addEventListener('cancel', event => {
    if (event.target !== dialog || !isFull) return
    event.preventDefault()
    setFull(false)
  })
  document.addEventListener('fullscreenchange', () => { if (!document.fullscreenElement && isFull) setFull(false) })
  dialog.addEventListener('keydown', press)
  // What comes before and after it may be known only later.
  all.changed.listen(() => { if (dialog.open) showPlace() })
  restored.listen(([first]) => { if (dialog.open) location.replace(`#/picture/${first.id}`) })
  picturesChanged.listen(() => { if (dialog.open) { showStar(); showFacts() } })
  facetsChanged.listen(() => { if (dialog.open) showFacts() })
  languageChanged.listen(() => { showKeys(); if (dialog.open) show() })
  // After those who tell of jobs.
  jobsChanged.listen(() => { if (dialog.open) showTitle() })
}
