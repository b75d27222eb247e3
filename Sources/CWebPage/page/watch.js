// Jobs as they are drawn, and the latest pictures below them.

import { CallError } from './api.js'
import { $, el } from './dom.js'
import { activeJobs, cancel, caughtUp, dismiss, isActive, jobEnded, jobs, jobsChanged } from './jobs.js'
import { pictureLink } from './picture.js'
import { all } from './pictures.js'
import { duration, language, languageChanged, named, number, percent, significant, t } from './strings.js'
import { toast } from './toasts.js'

const shownPictures = 12, shownTogether = 24
/** The least that a new picture is shown at, in pixels: small models draw small ones. */
const leastWidth = 320

/** What is being done, in words. */
function words(job) {
  const { state, stage, position, failure } = job
  if (state === 'failed') return t('job.failed', { error: failure })
  if (job.isCancelling) return t('job.cancelling')
  if (state === 'queued') return position === 0 ? t('job.next') : position ? t('job.queued', { count: position }) : t('job.waiting')
  switch (stage?.event) {
    case 'compiling': return t('job.compiling', {
      component: named('component', stage.component), device: stage.device, reason: named('reason', stage.reason), shape: stage.shape,
    })
    case 'encoding': return t('job.encoding')
    case 'step': return [
      t('job.step', { n: number(stage.n), of: number(stage.of) }),
      job.secondsPerStep && t('job.speed', { seconds: significant(job.secondsPerStep, 2) }),
      job.remainingSeconds > 0 && t('job.left', { time: duration(job.remainingSeconds) }),
    ].filter(Boolean).join(' · ')
    case 'decoding': return t('job.decoding', { n: number(stage.n + 1), of: number(stage.of) })
    case 'moved': case 'words': return stage.text || t('job.started')
    default: return job.attempts > 1 ? t('job.attempt', { n: number(job.attempts) }) : t('job.started')
  }
}

const title = ({ request }) => request?.prompt?.trim() || t('job.noPrompt')

/** A job's card, changed in place: a button that has the focus keeps it. */
class Card {
  #status = el('p', { class: 'status' })
  #progress = el('progress', { max: 1 })
  #previews = el('div', { class: 'previews' })
  #title = el('p', { class: 'title' })
  #about = el('p', { class: 'about' })
  #button = el('button', { type: 'button', onclick: () => this.#act() })

  constructor() {
    this.element = el('li', { class: 'job' }, this.#previews,
      el('div', { class: 'body' }, el('div', { class: 'head' }, this.#title, this.#button), this.#about, this.#status, this.#progress))
  }

  show(job) {
    this.job = job
    const isHere = isActive(job)
    this.element.classList.toggle('failed', !isHere)
    this.#title.textContent = title(job)
    const { width, height, batch_size = 1, runs = 1 } = job.request ?? {}
    this.#about.textContent = width ? t('job.pictures', { width, height, count: batch_size * runs }) : ''
    const status = words(job)
    if (this.#status.textContent !== status) this.#status.textContent = status
    const value = job.fraction
    this.#progress.hidden = job.state !== 'running'
    if (value === undefined) this.#progress.removeAttribute('value')
    else this.#progress.value = value
    this.#progress.setAttribute('aria-label', t('job.progress', { prompt: title(job) }))
    this.#button.textContent = t(isHere ? 'cancel' : 'job.dismiss')
    this.#button.disabled = Boolean(job.isCancelling)
    this.#button.setAttribute('aria-label', isHere ? t('job.cancel', { prompt: title(job) }) : `${t('job.dismiss')}: ${title(job)}`)
    this.#showPreviews(job.previews)
  }

  #showPreviews(previews) {
    while (this.#previews.children.length > previews.length) this.#previews.lastChild.remove()
    previews.forEach((source, index) => {
      const image = this.#previews.children[index] ?? this.#previews.appendChild(el('img', { alt: '' }))
      if (image.getAttribute('src') !== source) image.src = source
    })
  }

  #act() {
    if (isActive(this.job)) stop(this.job)
    else dismiss(this.job)
  }
}

async function stop(job) {
  try {
    await cancel(job)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    job.isCancelling = false
    jobsChanged()
    toast(error.message)
  }
}

/** Cancels what is drawn now, or else waits first. */
export function cancelFirst() {
  const job = activeJobs().find(job => !job.isCancelling)
  if (job) stop(job)
}

const cards = new Map()

function showJobs() {
  const shown = [...activeJobs(), ...[...jobs.values()].filter(({ state }) => state === 'failed')]
  let hasLostFocus = false
  for (const [id, card] of cards) {
    if (shown.some(job => job.id === id)) continue
    hasLostFocus ||= card.element.contains(document.activeElement)
    card.element.remove()
    cards.delete(id)
  }
  shown.forEach((job, index) => {
    const card = cards.get(job.id) ?? new Card()
    cards.set(job.id, card)
    card.show(job)
    const list = $('jobs')
    if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null)
  })
  if (hasLostFocus) ($('jobs').querySelector('button:not(:disabled)') ?? $('generate')).focus()
  $('cancel').disabled = !activeJobs().some(job => !job.isCancelling)
  showTitle()
}

/** How the latest job ended while nobody looked. */
let news = null

/** The browser's tab tells how far it is. */
function showTitle() {
  const [job] = activeJobs()
  let text = news && t(news === 'done' ? 'title.done' : 'title.failed')
  if (job) {
    const value = job.fraction
    text = value !== undefined ? t('title.step', { percent: percent(Math.floor(value * 100) / 100), stage: title(job).slice(0, 40) })
      : t(job.stage?.event === 'compiling' ? 'title.compiling' : job.state === 'queued' ? 'title.waiting' : 'job.started')
  }
  document.title = text ? `${text} – Easel` : 'Easel'
}

/** What is shown of them, to see whether something has changed. */
let latest

function showLatest() {
  const [first] = all.items
  // The pictures of one job belong together: a batch is chosen from.
  const together = all.items.filter(({ job }) => job === first.job).slice(0, shownTogether)
  const rest = all.items.filter(({ job }) => job !== first.job).slice(0, shownPictures)
  const now = [language, all.isWhole, ...[...together, ...rest].map(({ id }) => id)].join()
  if (now === latest) return
  latest = now
  const address = $('latest').contains(document.activeElement) && document.activeElement.getAttribute('href')
  if (!first) return $('latest').replaceChildren(el('p', { class: 'empty' }, all.isWhole ? t('latest.none') : ''))
  const columns = together.length === 1 ? 1 : together.length === 2 || together.length === 4 ? 2 : 3
  const newest = el('div', { class: `newest columns-${columns}` }, together.map(picture => pictureLink(picture, picture.url)))
  newest.style.maxWidth = `${columns * Math.max(first.width, leastWidth)}px`
  $('latest').replaceChildren(newest, el('div', { class: 'recent' }, rest.map(picture => pictureLink(picture, picture.thumbnail_url))))
  if (address) [...$('latest').querySelectorAll('a')].find(link => link.getAttribute('href') === address)?.focus()
}

export function startWatching() {
  jobsChanged.listen(showJobs)
  all.changed.listen(showLatest)
  const readPictures = () => all.refresh().catch(error => toast(error.message))
  jobEnded.listen(job => {
    for (const warning of job.warnings ?? []) toast(warning, undefined, 15000)
    // Pictures of finished runs are kept.
    if (job.state !== 'done') readPictures()
    if (job.state === 'cancelled') return
    $('announcement').textContent = `${job.state === 'done' ? t('job.done') : words(job)}: ${title(job)}`
    if (document.hidden) news = job.state
    showTitle()
    if (job.state === 'done') readPictures()
  })
  caughtUp.listen(readPictures)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { news = null; showTitle() } })
  languageChanged.listen(() => { showJobs(); showLatest() })
  $('cancel').addEventListener('click', cancelFirst)
  showJobs()
}
