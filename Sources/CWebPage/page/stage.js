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
const mostScale = 4
/** Pixels: between cells, between blocks of a grid, and for a grid's headings. */
const gap = 6, blockGap = 20, headingWidth = 90, headingHeight = 24

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

const pair = ({ label }, value) => t('pair', { name: label, value })

/** What tells a cell of a group from the others. */
function valuesAt(axes, index) {
  let left = index
  return axes.map(axis => {
    const at = left % axis.values.length
    left = Math.floor(left / axis.values.length)
    return pair(axis, axis.values[at])
  }).join(' · ')
}

/** The first picture of each job of a group; those that are not drawn yet are empty. */
function cellsOfGroup({ axes, jobs: ids }) {
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  return Array.from({ length: count }, (_, index) => {
    const id = ids[index], [picture] = id ? ofJob(id) : []
    if (picture) return { ...cellOf(picture), key: index, alt: valuesAt(axes, index) }
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
  const layout = arrange(cells, group)
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
    place(element, ...layout.cellAt(index), layout.width, layout.height)
    if (cell.source && image.getAttribute('src') !== cell.source) image.src = cell.source
    else if (!cell.source) image.removeAttribute('src')
    image.hidden = !cell.source
  })
  showHeadings(group, layout)
  showActs()
}

function place(element, left, top, width, height) {
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, ...(height && { height: `${height}px` }) })
}

/**
 * The places at which cells of one form are largest. A grid's cells stand in blocks of columns and rows, and blocks beside each other as far as
 * that leaves the cells as large; other cells are blocks of one.
 * @returns {{width, height, isFirst: function, blockAt: function, cellAt: function}} sizes of a cell; `isFirst`: whether a block begins a line;
 *   left and top of the block with a number, below its headings, and of the cell with a number
 */
function arrange(cells, group) {
  const { width: w, height: h } = cells[0]
  const [columns, rows = 1, count = 1] = group ? group.axes.map(({ values }) => values.length) : [1, 1, cells.length]
  const between = group ? blockGap : gap, side = group?.axes.length > 1 ? headingWidth : 0
  const head = group ? headingHeight * (group.axes.length > 2 ? 2 : 1) : 0
  const fitting = (_, index) => {
    const line = count - index, lines = Math.ceil(count / line)
    const across = canvas.clientWidth - side - (line - 1) * between - line * (columns - 1) * gap
    const down = canvas.clientHeight - (lines - 1) * between - lines * (head + (rows - 1) * gap)
    return { line, lines, scale: Math.min(across / line / columns / w, down / lines / rows / h, w < 256 ? mostScale : 1) }
  }
  const { line, lines, scale } = Array.from({ length: count }, fitting).reduce((a, b) => (b.scale > a.scale * 1.001 ? b : a))
  const width = Math.max(24, Math.floor(w * scale)), height = Math.max(24, Math.floor(h * scale))
  const block = { width: columns * (width + gap) - gap + between, height: head + rows * (height + gap) - gap + between }
  const left = side + Math.max(0, Math.floor((canvas.clientWidth - side - line * block.width + between) / 2))
  const top = head + Math.max(0, Math.floor((canvas.clientHeight - lines * block.height + between) / 2))
  const blockAt = index => [left + index % line * block.width, top + Math.floor(index / line) * block.height]
  const cellAt = index => {
    const [x, y] = blockAt(Math.floor(index / columns / rows)), within = index % (columns * rows)
    return [x + within % columns * (width + gap), y + Math.floor(within / columns) * (height + gap)]
  }
  return { width, height, isFirst: index => index % line === 0, blockAt, cellAt }
}

function showHeadings(group, { width, height, isFirst, blockAt }) {
  for (const heading of headings) heading.remove()
  headings = []
  if (!group) return
  const heading = (axis, value, ...where) => {
    const text = pair(axis, value), element = el('span', { class: 'heading', title: text }, text)
    place(element, ...where)
    headings.push(element)
    canvas.append(element)
    // What differs is not to be cut off.
    if (element.scrollWidth > element.clientWidth) element.textContent = value
  }
  const [columns, rows, blocks] = group.axes
  const across = columns.values.length * (width + gap) - gap
  for (const [index, value] of (blocks?.values ?? ['']).entries()) {
    const [left, top] = blockAt(index)
    if (blocks) heading(blocks, value, left, top - 2 * headingHeight, across)
    columns.values.forEach((value, at) => heading(columns, value, left + at * (width + gap), top - headingHeight, width))
    if (!isFirst(index)) continue
    rows?.values.forEach((value, at) => heading(rows, value, left - headingWidth, top + at * (height + gap) + height / 2 - 10, headingWidth - 6))
  }
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
  $('activity').setAttribute('aria-label', t('pair', { name: t('watch'), value: text }))
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
