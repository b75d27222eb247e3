// Two pictures beside each other, or one above the other with a border that can be moved; and what is not the same in their parameters.
// One of them may be what the other was drawn from.

import { CallError, get } from './api.js'
import { $, el, table } from './dom.js'
import { differences, factLine, nameOf, titleOf } from './facts.js'
import { find } from './pictures.js'
import { sourceAddress } from './source.js'
import { languageChanged, number, t } from './strings.js'
import { toast } from './toasts.js'
import { Zoom, zoomButtons } from './zoom.js'

const modeKey = 'easel.compare'
const step = 0.02, largeStep = 0.1 // of the width

const dialog = $('compare')
let pictures = []
let onClose = () => {}
/** `sides` or `slider`. */
let mode = localStorage.getItem(modeKey) === 'slider' ? 'slider' : 'sides'
/** How much of the width shows the first picture. */
let border = 0.5

/** What ids begin with of pictures that came in. */
const inputPrefix = 'input-'

/** Ids, for this view, of the pictures that a picture was drawn from and that the server still has. */
export async function sourcesOf({ infotext, job }) {
  if (!/(Denoising strength|Postprocess upscaler): /.test(infotext ?? '') || !job) return []
  const { request } = await get(`/api/v1/jobs/${job}`).catch(() => ({}))
  const ids = [...new Set(request?.source_pictures ?? [])]
  const found = await Promise.all(ids.map(id => findSource(inputPrefix + id).catch(() => null)))
  return found.filter(Boolean).map(({ id }) => id)
}

async function findSource(id) {
  const image = new Image()
  image.src = sourceAddress(id.slice(inputPrefix.length))
  await image.decode().catch(() => { throw new CallError({ status: 404, message: t('source.gone') }) })
  return { id, url: image.src, width: image.naturalWidth, height: image.naturalHeight, prompt: t('source'), isSource: true }
}

const findAny = id => (id.startsWith(inputPrefix) ? findSource(id) : find(id))

const zooms = {
  sides: new Zoom({ changed: showScale }, 'fit'),
  slider: new Zoom({ changed: showScale }, 'fit'),
}
const zoom = () => zooms[mode]

function showScale() { $('compare-scale').textContent = `${number(zoom().scale * 100)} %` }

function setBorder(value) {
  border = Math.max(0, Math.min(1, value))
  $('compare-over').style.clipPath = `inset(0 ${(1 - border) * 100}% 0 0)`
  $('compare-border').style.left = `${border * 100}%`
  $('compare-border').setAttribute('aria-valuenow', Math.round(border * 100))
}

function setMode(wanted, isKept = true) {
  mode = wanted
  if (isKept) localStorage.setItem(modeKey, mode)
  for (const name of ['sides', 'slider']) {
    $(`compare-${name}`).hidden = name !== mode
    dialog.querySelector(`[data-do=${name}]`).setAttribute('aria-pressed', name === mode)
  }
  showScale()
}

/** Where words differ, they are marked. */
function marked(text, other) {
  const words = new Set(other.split(/[\s,]+/))
  return text.split(/([\s,]+)/).map(word => (!word.trim() || /^[\s,]+$/.test(word) || words.has(word) ? word : el('mark', {}, word)))
}

function show() {
  if (!pictures.length) return
  const [one, other] = pictures
  // Drawn from the same seed at another size, a picture is to lie upon the other.
  const larger = one.width * one.height >= other.width * other.height ? one : other
  for (const each of Object.values(zooms)) each.setSize(larger.width, larger.height)
  pictures.forEach((picture, index) => {
    for (const image of dialog.querySelectorAll(`img[data-picture="${index}"]`)) {
      if (image.getAttribute('src') !== picture.url) image.src = picture.url
      image.alt = `${index ? 'B' : 'A'}: ${titleOf(picture)}`
    }
  })
  const drawn = pictures.find(({ isSource }) => !isSource)
  if (one.isSource || other.isSource) return $('compare-facts').replaceChildren(el('p', { class: 'note' }, factLine(drawn)))
  const found = differences(one, other)
  const isText = name => name === 'Prompt' || name === 'Negative prompt'
  const nameFor = name => (name === 'Prompt' ? t('prompt') : name === 'Negative prompt' ? t('negative') : nameOf(name))
  $('compare-facts').replaceChildren(found.length
    ? table(t('compare.differences'), [t('compare.parameter'), 'A', 'B'], found.map(([name, a, b]) =>
      [nameFor(name), ...(isText(name) ? [el('span', {}, marked(a, b)), el('span', {}, marked(b, a))] : [a, b])]))
    : el('p', { class: 'note' }, t('compare.same')))
}

/** Opens the two pictures; `closed` is called when they are closed. */
export async function openCompare([first, second = ''], view, closed) {
  let found
  try {
    found = await Promise.all([first, second].map(findAny))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.status === 404 && ![first, second].some(id => id.startsWith(inputPrefix)) ? t('picture.gone') : error.message)
    return closed()
  }
  if (location.hash !== `#/compare/${first}/${second}`) return
  onClose = closed
  pictures = found
  if (!dialog.open) dialog.showModal()
  // Before and after lie upon each other, unless one is larger than the other was.
  const isExtended = found.some(({ infotext }) => /Extend \w+: /.test(infotext ?? ''))
  if (found.some(({ isSource }) => isSource)) setMode(isExtended ? 'sides' : 'slider', false)
  else setMode(mode)
  setBorder(0.5)
  show()
}

const acts = {
  close: () => dialog.close(),
  sides: () => setMode('sides'),
  slider: () => setMode('slider'),
  swap: () => location.replace(`#/compare/${pictures[1].id}/${pictures[0].id}`),
  larger: () => zoom().larger(),
  smaller: () => zoom().smaller(),
  exact: () => zoom().exact(),
  fit: () => zoom().fit(),
}
const keys = { '+': 'larger', '=': 'larger', '-': 'smaller', 1: 'exact', 0: 'fit', x: 'swap' }
const moves = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, -0.2], ArrowDown: [0, 0.2] }

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return
  if (event.shiftKey && event.key in moves) zoom().move(...moves[event.key])
  else if (event.key in keys) acts[keys[event.key]]()
  else return
  event.preventDefault()
}

function slide(event) {
  const places = {
    ArrowLeft: border - step, ArrowRight: border + step, ArrowDown: border - step, ArrowUp: border + step,
    PageDown: border - largeStep, PageUp: border + largeStep, Home: 0, End: 1,
  }
  if (event.shiftKey || !(event.key in places)) return
  event.preventDefault()
  setBorder(places[event.key])
}

export function startCompare() {
  dialog.querySelector('[data-do=close]').after(...zoomButtons())
  zooms.sides.add($('compare-first'), [$('compare-first').querySelector('img')])
  zooms.sides.add($('compare-second'), [$('compare-second').querySelector('img')])
  zooms.slider.add($('compare-slider'), [...$('compare-slider').querySelectorAll('img')])
  const handle = $('compare-border')
  handle.addEventListener('keydown', slide)
  handle.addEventListener('pointerdown', event => handle.setPointerCapture(event.pointerId))
  handle.addEventListener('pointermove', event => {
    if (!handle.hasPointerCapture(event.pointerId)) return
    const { left, width } = $('compare-slider').getBoundingClientRect()
    setBorder((event.clientX - left) / width)
  })
  dialog.addEventListener('click', event => {
    const button = event.target.closest('[data-do]')
    if (button) acts[button.dataset.do](button)
  })
  dialog.addEventListener('keydown', press)
  dialog.addEventListener('close', () => {
    document.body.append($('toasts'))
    pictures = []
    onClose()
  })
  languageChanged.listen(show)
}
