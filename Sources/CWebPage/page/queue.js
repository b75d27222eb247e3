// The jobs that are drawn, wait or have failed, as rows; seen when there is more to tell than the stage does.

import { CallError, worded } from './api.js'
import { $, el } from './dom.js'
import { draw } from './form.js'
import { activeJobs, cancel, clearWaiting, dismiss, drawNext, isActive, jobs, jobsChanged, line, move, pause } from './jobs.js'
import { duration, languageChanged, number, percent, significant, named, t } from './strings.js'
import { toast } from './toasts.js'

const shownRows = 4

/** What is being done with a job, in words. */
export function words(job) {
  const { state, stage, position, failure, run } = job
  if (state === 'sending') return t('job.sending')
  if (state === 'failed') return t('job.failed', { error: failure })
  if (job.isCancelling) return t(state === 'queued' ? 'job.removing' : 'job.cancelling')
  if (state === 'queued') return line.is_paused ? t('job.paused') : position === 0 ? t('job.next') : position ? t('job.queued', { count: position }) : t('job.waiting')
  switch (stage?.event) {
    case 'compiling': return t('job.compiling', {
      component: named('component', stage.component), device: stage.device, reason: named('reason', stage.reason), shape: shapeText(stage.shape),
    })
    case 'encoding': return t('job.encoding') + tile(stage)
    case 'step': return [
      run?.runs > 1 && t('job.batch', { n: number(run.run), of: number(run.runs) }),
      run ? t('job.step', { n: number(run.step), of: number(run.steps) }) : t('job.step', { n: number(stage.n), of: number(stage.of) }),
      job.secondsPerStep && speed(job.secondsPerStep),
      job.remainingSeconds > 0 && left(job.remainingSeconds),
    ].filter(Boolean).join(' · ')
    case 'upscaling': return t('job.upscaling', { n: number(stage.n + 1), of: number(stage.of) })
    case 'decoding': return t('job.decoding', { n: number(stage.n + 1), of: number(stage.of) }) + tile(stage)
    case 'moved': return t('job.moved', {
      component: named('component', stage.component), device: stage.device, precision: stage.precision,
      error: worded({ message: stage.text, reason: stage.failure_reason, values: stage.failure_values }),
    })
    case 'words': return stage.text || t('job.started')
    default: return job.attempts > 1 ? t('job.attempt', { n: number(job.attempts) }) : t('job.started')
  }
}

/** A large picture's tile that the VAE is at. */
const tile = ({ tile, tiles }) => (tiles ? ` · ${t('job.tile', { n: number(tile + 1), of: number(tiles) })}` : '')
const shapeText = shape => (shape === 'any shape' ? t('shape.any') : shape)
/** Two digits, so that the text keeps its width. */
const speed = seconds => (seconds < 1 ? t('job.rate', { steps: significant(1 / seconds, 2) }) : t('job.speed', { seconds: significant(seconds, 2) }))
export const left = seconds => (seconds < 1.5 ? t('job.almost') : t('job.left', { time: duration(seconds) }))

/** Whether a picture is enlarged, and none drawn. */
export const isUpscaling = ({ request }) => request?.upscaling === 'plain'

export const promptOf = job => (isUpscaling(job) ? t('upscale.job', { name: job.request.upscaler }) : job.request?.prompt?.trim() || t('job.noPrompt'))

/** What tells jobs of one prompt apart. */
function about(job) {
  const { request = {} } = job
  if (isUpscaling(job)) return ''
  const { width, height, batch_size = 1, runs = 1, steps, sampler, seed } = request
  const known = seed !== undefined && seed !== '' && String(seed) !== '-1'
  return [width && `${width}×${height}`, t('pictures.count', { count: Number(batch_size) * Number(runs) || 1 }), steps && t('steps.count', { count: steps }), sampler, known && t('history.seed', { seed })].filter(Boolean).join(' · ')
}

/** Says what went wrong with a call; nothing else is caught. */
async function tried(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

export const stop = job => tried(async () => {
  try {
    await cancel(job)
    toast(t(job.state === 'queued' ? 'job.removed' : 'job.cancelled'), { label: t('job.again'), act: () => again(job) }, 10000)
  } catch (error) {
    job.isCancelling = false
    jobsChanged()
    throw error
  }
})

/** The same once more, as it was asked for. */
const again = ({ request }) => tried(() => draw(Object.fromEntries(Object.entries(request ?? {}).filter(([, value]) => value !== null))))

/** Cancels what is drawn now, or else waits first. */
export function cancelFirst() {
  const job = activeJobs().find(job => !job.isCancelling)
  if (job) stop(job)
}

/** A job's row, changed in place: a button that has the focus keeps it. */
class Row {
  #title = el('span', { class: 'title' })
  #about = el('span', { class: 'note' })
  #status = el('span', { class: 'status' })
  #next = el('button', { type: 'button', class: 'plain', onclick: () => tried(() => drawNext(this.job)) }, '⤒')
  #again = el('button', { type: 'button', class: 'plain', onclick: () => { again(this.job); dismiss(this.job) } })
  #end = el('button', { type: 'button', class: 'plain', onclick: () => (isActive(this.job) ? stop(this.job) : dismiss(this.job)) }, '✕')

  constructor() {
    this.element = el('li', { class: 'job' }, el('span', { class: 'what' }, this.#title, ' ', this.#about), this.#status, this.#next, this.#again, this.#end)
    const { element } = this
    element.addEventListener('dragstart', event => { event.dataTransfer.setData('text/easel-job', this.job.id); event.dataTransfer.effectAllowed = 'move' })
    element.addEventListener('dragover', event => { if (event.dataTransfer.types.includes('text/easel-job') && this.job.state === 'queued') event.preventDefault() })
    element.addEventListener('drop', event => {
      const id = event.dataTransfer.getData('text/easel-job')
      if (!id || id === this.job.id) return
      event.preventDefault()
      event.stopPropagation()
      tried(() => move(id, this.job.position ?? 0))
    })
  }

  show(job) {
    this.job = job
    const isHere = isActive(job), title = promptOf(job), waits = job.state === 'queued'
    this.element.classList.toggle('failed', job.state === 'failed')
    this.element.draggable = waits
    this.#title.textContent = title
    this.#title.title = title
    this.#about.textContent = about(job)
    const status = job.state === 'running' && job.fraction !== undefined ? percent(Math.floor(job.fraction * 100) / 100) : words(job)
    if (this.#status.textContent !== status) this.#status.textContent = status
    this.#next.hidden = !waits || job.position === 0
    this.#next.setAttribute('aria-label', t('pair', { name: t('job.first'), value: title }))
    this.#next.title = t('job.first')
    this.#again.hidden = isHere || job.state === 'sending'
    this.#again.textContent = t('job.again')
    this.#end.hidden = job.state === 'sending'
    this.#end.disabled = Boolean(job.isCancelling)
    this.#end.title = t(waits ? 'job.remove' : isHere ? 'cancel' : 'job.dismiss')
    this.#end.setAttribute('aria-label', t('pair', { name: this.#end.title, value: title }))
  }
}

const rows = new Map()
let isOpen = false
const unfold = el('button', { type: 'button', class: 'plain', onclick: () => { isOpen = !isOpen; showQueue() } })

function showQueue() {
  const active = activeJobs(), sending = [...jobs.values()].filter(({ state }) => state === 'sending')
  const failed = [...jobs.values()].filter(({ state }) => state === 'failed')
  const all = [...failed, ...active, ...sending]
  // One job that is drawn is told of on the stage.
  const isSeen = all.length > 1 || failed.length > 0 || line.is_paused
  $('queue').hidden = !isSeen
  const shown = !isSeen ? [] : isOpen || all.length <= shownRows + 1 ? all : all.slice(0, shownRows)
  let hasLostFocus = false
  for (const [id, row] of rows) {
    if (shown.some(job => job.id === id)) continue
    hasLostFocus ||= row.element.contains(document.activeElement)
    row.element.remove()
    rows.delete(id)
  }
  shown.forEach((job, index) => {
    const row = rows.get(job.id) ?? new Row()
    rows.set(job.id, row)
    row.show(job)
    const list = $('jobs')
    if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] ?? null)
  })
  if (hasLostFocus) ($('jobs').querySelector('button:not([hidden]):not(:disabled)') ?? $('generate')).focus()
  $('queue-title').textContent = [t('queue.count', { count: active.length + sending.length }), line.remaining_seconds > 1.5 && t('queue.time', { time: duration(line.remaining_seconds) }), line.is_paused && t('queue.paused')].filter(Boolean).join(' · ')
  unfold.hidden = all.length <= shownRows + 1
  unfold.textContent = isOpen ? t('queue.fold') : t('queue.more', { count: all.length - shown.length })
  pauseButton.textContent = t(line.is_paused ? 'queue.resume' : 'queue.pause')
  clearButton.textContent = t('queue.clear')
  clearButton.disabled = !active.some(({ state }) => state === 'queued')
  $('cancel').disabled = !active.some(job => !job.isCancelling)
}

const pauseButton = el('button', { type: 'button', onclick: () => tried(() => pause(!line.is_paused)) })
const clearButton = el('button', { type: 'button', onclick: () => tried(clearWaiting) })

export function startQueue() {
  $('queue-acts').append(unfold, pauseButton, clearButton)
  jobsChanged.listen(showQueue)
  languageChanged.listen(showQueue)
  $('cancel').addEventListener('click', cancelFirst)
  showQueue()
}
