// The stage: the picture, or what there is of it so far, always in one place; what can be done with it; and how far the job is.

import { chooseUse, chooseVary, star } from './acts.js'
import { worded } from './api.js'
import { copyText } from './clipboard.js'
import { deletePictures } from './deleting.js'
import { $, el, icon } from './dom.js'
import { factLine, fileName, parametersOf } from './facts.js'
import { generate, load } from './form.js'
import { activeJobs, caughtUp, jobEnded, jobs, jobsChanged, line, picturesCame } from './jobs.js'
import { modelDefaults, openModels } from './models.js'
import { all } from './pictures.js'
import { isUpscaling, left, promptOf, words } from './queue.js'
import { currentModel, modelsChanged, server } from './server.js'
import { groupOf } from './several.js'
import { factsOf, sourceAddress } from './source.js'
import { language, languageChanged, percent, readMore, t } from './strings.js'
import { toast } from './toasts.js'

/** Small pictures are shown larger, by no more than this. */
const mostScale = 4, gap = 6 // pixels

/** The picture that somebody chose to see; null: what is drawn, or was drawn last. */
let chosen = null
/** The job that ended last, until its pictures are in the list. */
let ending = null
/** Told whenever another picture is shown. */
let onShow = () => {}

export const chosenPicture = () => chosen

export function choose(picture) {
  chosen = picture
  show()
}

const pictureOf = id => all.items.find(item => item.id === id)
/** Pictures of a job, in the list's own order: as they were drawn. */
const ofJob = job => all.items.filter(picture => picture.job === job)

/** The newest job's first picture: whose seed gives all of them again. */
export const firstOfNewest = () => all.items[0]

// What is to be seen: cells of one size, each a picture, a preview, or a place for one

const cellOf = picture => ({ key: picture.id, source: picture.url, alt: picture.prompt || t('job.noPrompt'), picture, width: picture.width, height: picture.height })

/** A job as far as it is. */
function cellsOfJob(job) {
  const [enlarged] = isUpscaling(job) ? job.request.source_pictures : []
  const { width = 512, height = 512, batch_size = 1, runs = 1 } = { ...job.request, ...(enlarged && factsOf(enlarged)) }
  const [w, h, batch, total] = [Number(width), Number(height), Number(batch_size) || 1, Math.min((Number(batch_size) || 1) * (Number(runs) || 1), 256)]
  const done = job.pictures ?? [], begun = (job.run?.run ?? 1) - 1
  // Those that are drawn now come after those that are done.
  const first = Math.max(done.length, begun * batch)
  return Array.from({ length: total }, (_, index) => {
    const source = done[index]?.url ?? job.previews[index - first] ?? (enlarged && sourceAddress(enlarged))
    return { key: index, source, alt: '', width: w, height: h, isPreview: !done[index], picture: done[index] && pictureOf(done[index].id) }
  })
}

/** @returns {{cells: object[], group?: object, picture?: object, job?: object}} */
function content() {
  if (chosen) return { cells: [cellOf(chosen)], picture: chosen }
  const running = activeJobs().find(({ state }) => state === 'running')
  const job = running ?? ending
  const group = job ? groupOf(job.id) : all.items.length ? groupOf(all.items[0].job) : undefined
  if (group) return { cells: cellsOfGroup(group), group, job }
  if (job) return { cells: cellsOfJob(job), job }
  const pictures = all.items.length ? ofJob(all.items[0].job) : []
  return { cells: pictures.map(cellOf), picture: pictures.length === 1 ? pictures[0] : undefined }
}

/** The first picture of each job of a group; those that are not drawn yet are empty. */
function cellsOfGroup({ axes, jobs: ids }) {
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  return Array.from({ length: count }, (_, index) => {
    const id = ids[index], [picture] = id ? ofJob(id) : []
    if (picture) return { ...cellOf(picture), key: index }
    const { width = 512, height = 512 } = jobs.get(id)?.request ?? {}
    return { key: index, source: jobs.get(id)?.pictures?.[0]?.url ?? jobs.get(id)?.previews?.[0], alt: '', width: Number(width), height: Number(height), isPreview: true }
  })
}

// Showing it

const elements = new Map()
const canvas = $('canvas')
let headings = []

function cellElement(key) {
  const image = el('img', { alt: '', decoding: 'async' })
  const element = el('button', { type: 'button', class: 'cell', onclick: () => open(element.picture) }, image)
  elements.set(key, element)
  return element
}

/** One of several comes alone; one alone opens in full. */
function open(picture) {
  if (!picture) return
  if (shown.cells.length > 1) choose(picture)
  else location.hash = `#/picture/${picture.id}`
}

let shown = { cells: [] }
let fit = ''

function show() {
  shown = content()
  const { cells, group } = shown
  canvas.classList.toggle('is-empty', !cells.length)
  if (!cells.length) {
    for (const element of elements.values()) element.remove()
    elements.clear()
    showEmpty()
    return showActs()
  }
  canvas.querySelector('.empty')?.remove()
  emptyKey = ''
  const columns = arrange(cells, group)
  const wanted = new Set(cells.map((_, index) => index))
  for (const [key, element] of elements) if (!wanted.has(key)) { element.remove(); elements.delete(key) }
  cells.forEach((cell, index) => {
    const element = elements.get(index) ?? cellElement(index)
    if (canvas.children[index] !== element) canvas.insertBefore(element, canvas.children[index] ?? null)
    const image = element.firstChild
    element.picture = cell.picture
    element.disabled = !cell.picture
    element.classList.toggle('preview', Boolean(cell.isPreview))
    element.setAttribute('aria-label', cell.picture ? `${t('picture')} ${index + 1}: ${cell.alt}` : t('stage.soon', { n: index + 1 }))
    element.style.width = `${columns.width}px`
    element.style.height = `${columns.height}px`
    element.style.left = `${columns.left + (index % columns.count) * (columns.width + gap)}px`
    element.style.top = `${columns.top + Math.floor(index / columns.count) * (columns.height + gap)}px`
    if (cell.source && image.getAttribute('src') !== cell.source) image.src = cell.source
    else if (!cell.source) image.removeAttribute('src')
    image.hidden = !cell.source
  })
  showHeadings(group, columns)
  showActs()
}

/** Room for the headings of rows. */
const sideOf = ({ axes }) => [0, 90, 150][axes.length - 1]

/** The columns in which cells of one form are largest, and where they begin. */
function arrange(cells, group) {
  const { width: w, height: h } = cells[0]
  const box = { width: canvas.clientWidth, height: canvas.clientHeight }
  // Headings of a group take their place.
  const margin = group ? { left: sideOf(group), top: 26 } : { left: 0, top: 0 }
  const best = count => {
    const rows = Math.ceil(cells.length / count)
    const scale = Math.min((box.width - margin.left - gap * (count - 1)) / count / w, (box.height - margin.top - gap * (rows - 1)) / rows / h, w < 256 ? mostScale : 1)
    return { count, rows, scale }
  }
  const fixed = group ? group.axes[0].values.length : 0
  const found = fixed ? best(fixed) : Array.from({ length: cells.length }, (_, index) => best(index + 1)).reduce((a, b) => (b.scale > a.scale * 1.001 ? b : a))
  const width = Math.max(24, Math.floor(w * found.scale)), height = Math.max(24, Math.floor(h * found.scale))
  return {
    count: found.count, width, height,
    left: margin.left + Math.max(0, Math.floor((box.width - margin.left - found.count * (width + gap) + gap) / 2)),
    top: margin.top + Math.max(0, Math.floor((box.height - margin.top - found.rows * (height + gap) + gap) / 2)),
  }
}

function showHeadings(group, { count, width, height, left, top }) {
  for (const heading of headings) heading.remove()
  headings = []
  if (!group) return
  const heading = (parts, x, y, w) => {
    const text = parts.map(([{ label }, value]) => `${label}: ${value}`).join(' · ')
    const element = el('span', { class: 'heading', title: text }, text)
    Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${w}px` })
    headings.push(element)
    canvas.append(element)
    // What differs is not to be cut off.
    if (element.scrollWidth > element.clientWidth) element.textContent = parts.map(([, value]) => value).join(' · ')
  }
  const [columns, rows, blocks] = group.axes
  columns.values.forEach((value, index) => heading([[columns, value]], left + index * (width + gap), top - 24, width))
  // Blocks stand one below the other.
  const lines = (rows?.values ?? []).map(value => [[rows, value]]), side = sideOf(group)
  const all = blocks ? blocks.values.flatMap(value => lines.map(line => [[blocks, value], ...line])) : lines
  all.forEach((parts, index) => heading(parts, left - side, top + index * (height + gap) + height / 2 - 10, side - 6))
}

// Nothing drawn yet

let emptyKey = ''

function showEmpty() {
  if (!all.isWhole) return
  const examples = currentModel()?.defaults?.prompt_examples ?? []
  const key = [language, server.model, ...examples].join()
  if (key === emptyKey) return
  emptyKey = key
  const isDemo = server.models.length === 1 && server.model === 'demo'
  canvas.replaceChildren(el('div', { class: 'empty' }, el('p', {}, t('latest.none')),
    examples.length > 0 && [el('p', { class: 'note' }, t('examples')), el('div', { class: 'row centred' }, examples.slice(0, 6).map(prompt =>
      el('button', { type: 'button', onclick: () => { load({ ...modelDefaults(), prompt }); generate() } }, prompt)))],
    isDemo && el('p', { class: 'note' }, t('examples.demo'), ' ', el('button', { type: 'button', class: 'plain', onclick: openModels }, t('examples.own')))))
}

// What can be done with the picture

let actsKey = ''

function showActs() {
  const { picture, group } = shown
  onShow(picture)
  const key = [language, picture?.id, group?.id, picture?.is_favourite, chosen && ofJob(chosen.job).length, shown.cells.length].join()
  if (key === actsKey) return
  actsKey = key
  const back = chosen && el('button', { type: 'button', onclick: () => choose(null) }, t(ofJob(chosen.job).length > 1 && all.items[0]?.job === chosen.job ? 'stage.all' : 'stage.newest'))
  const view = async () => (await import('./grids.js')).viewGrid(group)
  const sheet = group?.id && el('div', { class: 'row' },
    el('a', { class: 'button', href: `/api/v1/grids/${group.id}/sheet.png`, download: `easel-grid-${group.id.slice(0, 12)}.png` }, t('grid.save')),
    el('button', { type: 'button', onclick: () => view().catch(error => toast(error.message)) }, t('grid.view')))
  if (!picture) return $('acts').replaceChildren(...[sheet, shown.cells.length > 1 && !shown.job && el('p', { class: 'note' }, t('stage.choose')), back].filter(Boolean))
  const seed = parametersOf(picture).get('Seed')
  const use = el('button', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => chooseUse(use, picture) }, t('picture.use'), ' ▾')
  const vary = el('button', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', title: t('vary.hint'), onclick: () => chooseVary(vary, picture) }, t('vary'), ' ▾')
  $('acts').replaceChildren(
    el('div', { class: 'row' },
      picture.is_favourite !== undefined && el('button', { type: 'button', 'aria-pressed': picture.is_favourite, 'aria-label': t('picture.favourite'), title: t('picture.favourite'), onclick: () => star([picture]) }, icon('star')),
      el('a', { class: 'button', href: picture.url, download: fileName(picture) }, t('picture.download')), use, vary,
      el('button', { type: 'button', onclick: () => copyText(picture.infotext, t('picture.copied')) }, t('picture.copy')),
      el('button', { type: 'button', onclick: () => { choose(null); deletePictures([picture]) } }, t('picture.delete')), back),
    el('p', { class: 'note' }, factLine(picture), ' ', el('button', { type: 'button', class: 'plain', 'aria-label': t('picture.copy.value', { name: t('seed') }), title: t('picture.copy.value', { name: t('seed') }), onclick: () => copyText(seed, t('picture.copied.value', { name: t('seed') })) }, icon('copy'))))
}

// How far it is

/** How the latest job ended while nobody looked. */
let news = null

function showNow() {
  const sending = [...jobs.values()].find(({ state }) => state === 'sending')
  const job = activeJobs()[0] ?? sending
  const text = job ? words(job) : line.is_paused ? t('queue.paused') : ''
  if ($('status').textContent !== text) $('status').textContent = text
  $('progress').hidden = job?.state !== 'running'
  if (job?.fraction === undefined) $('progress').removeAttribute('value')
  else $('progress').value = job.fraction
  if (job) $('progress').setAttribute('aria-label', t('job.progress', { prompt: promptOf(job) }))
  showTitle(job)
  showActivity(job)
}

/** The browser's tab tells how far it is. */
function showTitle(job) {
  // An open picture has its own.
  if (location.hash.startsWith('#/picture/')) return
  let text = news && t(news === 'done' ? 'title.done' : 'title.failed')
  if (job) {
    const value = job.fraction
    text = value !== undefined ? t('title.step', { percent: percent(Math.floor(value * 100) / 100), stage: promptOf(job).slice(0, 40) })
      : t(job.stage?.event === 'compiling' ? 'title.compiling' : job.state === 'running' ? 'job.started' : 'title.waiting')
  }
  document.title = text ? `${text} – Easel` : 'Easel'
}

const ring = el('svg', { class: 'ring', viewBox: '0 0 20 20', 'aria-hidden': 'true' }, el('circle', { cx: 10, cy: 10, r: 8 }), el('circle', { class: 'arc', cx: 10, cy: 10, r: 8, pathLength: 100, 'stroke-dasharray': '0 100' }))
const ringText = el('span')

/** The header tells it in every view. */
function showActivity(job) {
  $('activity').hidden = !job
  if (!job) return
  ring.lastChild.setAttribute('stroke-dasharray', `${Math.round((job.fraction ?? 0) * 100)} 100`)
  const count = activeJobs().length
  const text = [count > 1 ? t('queue.count', { count }) : job.fraction === undefined ? words(job) : percent(Math.floor(job.fraction * 100) / 100), (line.remaining_seconds ?? job.remainingSeconds) > 1.5 && left(count > 1 ? line.remaining_seconds ?? 0 : job.remainingSeconds ?? 0)].filter(Boolean).join(' · ')
  if (ringText.textContent !== text) ringText.textContent = text
  $('activity').setAttribute('aria-label', `${t('watch')}: ${text}`)
}

/** Tells what should be known of pictures that are done; its words load now. */
async function warn(notices) {
  if (notices.length) await readMore().catch(() => {})
  for (const notice of notices) toast(worded(notice, 'notice'), undefined, 15000)
}

/** @param {function} shows told of the picture that is shown, if there is one */
export function startStage({ shows }) {
  onShow = shows
  $('activity').append(ring, ringText)
  const readPictures = () => all.refresh().catch(error => toast(error.message))
  const showAll = () => { showNow(); show() }
  jobsChanged.listen(showAll)
  modelsChanged.listen(() => { if (!shown.cells.length) show() })
  all.changed.listen(() => {
    if (ending && all.items.some(({ job }) => job === ending.id)) ending = null
    if (chosen && !pictureOf(chosen.id) && all.items.length) chosen = null
    show()
  })
  picturesCame.listen(readPictures)
  jobEnded.listen(job => {
    warn(job.notices ?? [])
    if (job.state === 'done') ending = job
    // Pictures of finished runs are kept.
    readPictures()
    if (job.state === 'cancelled') return
    $('announcement').textContent = `${job.state === 'done' ? t('job.done') : words(job)}: ${promptOf(job)}`
    if (document.hidden) news = job.state
    showNow()
  })
  caughtUp.listen(readPictures)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { news = null; showNow() } })
  languageChanged.listen(showAll)
  new ResizeObserver(() => {
    const now = `${canvas.clientWidth}x${canvas.clientHeight}`
    if (now === fit) return
    fit = now
    show()
  }).observe(canvas)
  showAll()
}
