// Jobs that wait, are drawn, or have failed while the page was open, kept up to date by the server's events.

import { call, get, worded } from './api.js'
import { notifier } from './dom.js'
import { readModels, takeReadiness } from './server.js'

/**
 * By id: what `GET /api/v1/jobs/{id}` tells, and `stage`, the latest event that says what is being done; `previews`;
 * `secondsPerStep` as it was seen here; `fraction`, how far it is, once that can be said.
 */
export const jobs = new Map()
export const jobsChanged = notifier()
/** Told of a job that is over, done or not. */
export const jobEnded = notifier()
/** Told of a check's finding. */
export const fidelityEvent = notifier()
/** Told of a model that is fetched, whenever it has come forward. */
export const downloadEvent = notifier()
/** Told of a job of which a batch is finished. */
export const picturesCame = notifier()
/** Told when all is as the server has it again, after a break. */
export const caughtUp = notifier()
/** Told whether events come. */
export const connectionChanged = notifier()

/** The line: `{is_paused, waiting, running, remaining_seconds}`, as far as the server tells. */
export const line = { is_paused: false, remaining_seconds: null }

export const isActive = ({ state }) => state === 'queued' || state === 'running'
/** Those that are drawn first, then those that wait, in the order in which they came. */
export const activeJobs = () => [...jobs.values()].filter(isActive)
  .sort((a, b) => (b.state === 'running') - (a.state === 'running') || (a.position ?? 0) - (b.position ?? 0))

/** Those that have ended: what is told of them later, from before their end, counts no more. */
const over = new Set()

/** @returns the job; null when it is over for this page */
function take(answer) {
  if (over.has(answer.id)) return null
  const job = Object.assign(jobs.get(answer.id) ?? { previews: [] }, answer)
  if (answer.failure) job.failure = worded({ message: answer.failure, reason: answer.failure_reason, values: answer.failure_values })
  if (answer.progress) {
    // Unless an event has told more.
    job.stage ??= answer.progress.step > 0
      ? { event: 'step', n: answer.progress.step, of: answer.progress.steps } : { event: 'words', text: answer.progress.text }
    if (answer.progress.step > 0) job.fraction ??= answer.progress.step / answer.progress.steps
    job.remainingSeconds ??= answer.progress.remaining_seconds
    job.run ??= runOf(answer.progress)
  }
  jobs.set(answer.id, job)
  return job
}

/** Which batch of how many is drawn, and how far it is. */
const runOf = ({ run, runs, run_step: step, run_steps: steps }) => (run ? { run, runs, step, steps } : undefined)

/** Asks for all jobs that wait or are drawn: at the start, and after a lost connection. */
async function readActive() {
  const [running, queued] = await Promise.all(['running', 'queued'].map(state => get(`/api/v1/jobs?state=${state}&limit=100`)))
  const waiting = new Set(queued.items.map(({ id }) => id))
  queued.items.forEach(take)
  // How far a job is, or how it has ended meanwhile, is told by name.
  const others = new Set([...running.items, ...[...jobs.values()].filter(isActive)].map(({ id }) => id).filter(id => !waiting.has(id)))
  await Promise.all([...others].map(readOne))
  await readLine()
  jobsChanged()
}

/** How long all of it takes, and whether it rests. */
async function readLine() {
  Object.assign(line, await get('/api/v1/queue').catch(() => ({})))
}

async function readOne(id) {
  try {
    const job = take(await get(`/api/v1/jobs/${id}`))
    if (job && !isActive(job)) end(job)
  } catch (error) {
    // Otherwise it may be there still.
    if (error.status === 404) jobs.delete(id)
  }
}

let waiting
/** Places in the queue change whenever a job leaves it; many leave at once. */
function readPositions() {
  clearTimeout(waiting)
  if (![...jobs.values()].some(isActive)) return
  waiting = setTimeout(async () => {
    await readLine()
    const { items } = await get('/api/v1/jobs?state=queued&limit=100').catch(() => ({ items: [] }))
    for (const { id, position } of items) if (jobs.has(id)) jobs.get(id).position = position
    jobsChanged()
  }, 200)
}

function end(job) {
  if (over.has(job.id)) return
  over.add(job.id)
  // Why it failed is to be read.
  if (job.state !== 'failed') jobs.delete(job.id)
  jobEnded(job)
  readPositions()
}

/** How fast the steps of a job come: the mean, of which each new one is a third. */
function measure(job, step) {
  const now = performance.now()
  if (job.stepAt && step > job.stepNumber) {
    const seconds = (now - job.stepAt) / 1000 / (step - job.stepNumber)
    job.secondsPerStep = job.secondsPerStep ? job.secondsPerStep * 2 / 3 + seconds / 3 : seconds
  }
  Object.assign(job, { stepAt: now, stepNumber: step })
}

const handlers = {
  queued: (job, { position }) => { Object.assign(job, { state: 'queued', position, stage: null, previews: [], secondsPerStep: 0, stepAt: 0, fraction: undefined }) },
  started: (job, event) => { Object.assign(job, { state: 'running', attempts: event.attempt, stage: event }); readPositions() },
  step: (job, event) => {
    measure(job, event.n)
    const run = runOf(event)
    // The previews of a batch are not those of the next.
    if (run?.run !== job.run?.run) job.previews = []
    Object.assign(job, { state: 'running', stage: event, run, fraction: event.n / event.of, remainingSeconds: job.secondsPerStep * (event.of - event.n) })
  },
  // Tiles, from 0, of a picture that is enlarged.
  upscaling: (job, event) => { Object.assign(job, { state: 'running', stage: event, fraction: event.n / event.of }) },
  preview: (job, { previews }) => { job.previews = previews },
  pictures: (job, { pictures }) => { job.pictures = [...(job.pictures ?? []), ...pictures]; picturesCame(job) },
  warnings: (job, { notices }) => { job.notices = notices },
  done: (job, { pictures }) => { Object.assign(job, { state: 'done', pictures }); end(job) },
  failed: (job, event) => {
    Object.assign(job, { state: 'failed', failure: worded({ ...event, message: event.error }) })
    end(job)
  },
  cancelled: job => { job.state = 'cancelled'; end(job) },
}
const stage = (job, event) => { Object.assign(job, { state: 'running', stage: event }) }

async function hear(event) {
  if (event.event === 'fidelity') return fidelityEvent(event)
  if (event.event === 'model') return takeReadiness({ status: event.state, model: event.model, reason: event.reason })
  if (event.event === 'download') {
    if (event.download.state === 'done') readModels().catch(() => {})
    return downloadEvent(event.download)
  }
  if (event.event === 'queue') {
    line.is_paused = event.is_paused
    return readPositions()
  }
  if (over.has(event.job)) return
  if (!jobs.has(event.job)) await readOne(event.job)
  if (over.has(event.job) || !jobs.has(event.job)) return jobsChanged()
  const handle = handlers[event.event] ?? stage
  handle(jobs.get(event.job), event)
  jobsChanged()
}

const names = ['queued', 'started', 'compiling', 'moved', 'encoding', 'upscaling', 'step', 'preview', 'decoding', 'pictures', 'warnings', 'done', 'failed', 'cancelled', 'fidelity', 'model', 'queue', 'download']

let source = null

/**
 * Follows the server: asks for what there is, and hears what happens from then on. After a break the browser asks again by itself, from
 * the last event on.
 */
export async function follow() {
  if (source) return
  const own = source = new EventSource('/api/v1/events')
  let isFirst = true
  source.onopen = () => {
    connectionChanged(true)
    // The server may have been started anew, and then it remembers no events.
    if (!isFirst) catchUp().catch(() => {})
    isFirst = false
  }
  source.onerror = () => {
    connectionChanged(false)
    // A refusal ends it, such as too many streams.
    if (own.readyState !== EventSource.CLOSED) return
    setTimeout(() => {
      // Somebody may have looked at the page meanwhile, and opened another.
      if (source !== own) return
      source = null
      follow().catch(() => {})
    }, 3000)
  }
  // One after another: a job that is not known yet is asked for first.
  let turn = Promise.resolve()
  for (const name of names) {
    source.addEventListener(name, ({ data }) => { turn = turn.then(() => hear(JSON.parse(data))).catch(console.error).then(leaveWhenIdle) })
  }
  await catchUp()
}

let hasBeenHere = false

async function catchUp() {
  await readActive()
  if (hasBeenHere) caughtUp()
  hasBeenHere = true
}

/** Whether something is drawn, or will be. */
const isBusy = () => [...jobs.values()].some(job => isActive(job) || job.state === 'sending')

/** A browser has six connections for all tabs of a server, and each stream takes one: a tab that nobody sees lets go of its own. */
function leaveWhenIdle() {
  if (!source || !document.hidden || isBusy()) return
  source.close()
  source = null
}

document.addEventListener('visibilitychange', () => { if (document.hidden) leaveWhenIdle(); else follow().catch(() => {}) })

export async function cancel(job) {
  job.isCancelling = true
  jobsChanged()
  await call('DELETE', `/api/v1/jobs/${job.id}`)
}

/** A failed job has been read. */
export function dismiss({ id }) {
  jobs.delete(id)
  jobsChanged()
}

// Changing the line

/** Has a waiting job drawn next. */
export const drawNext = ({ id }) => move(id, 0)

/** Gives a waiting job a place among those that wait, from 0. */
export async function move(id, position) {
  take(await call('PATCH', `/api/v1/jobs/${id}`, { position }))
  readPositions()
}

export async function pause(isPaused) {
  Object.assign(line, await call('PUT', '/api/v1/queue', { is_paused: isPaused }))
  jobsChanged()
}

/** Cancels all that wait. */
export async function clearWaiting() {
  await call('DELETE', '/api/v1/jobs?state=queued')
}

let expected = 0

/**
 * Shows a job from the moment on that it is sent.
 * @returns {{arrived: function(string), failed: function}} what became of it
 */
export function expectJob(request) {
  const id = `sent-${++expected}`
  jobs.set(id, { id, state: 'sending', request, previews: [] })
  jobsChanged()
  const remove = () => { jobs.delete(id); jobsChanged() }
  return {
    arrived: own => {
      jobs.delete(id)
      // Its events may have come, and gone, before.
      if (!jobs.has(own) && !over.has(own)) jobs.set(own, { id: own, state: 'queued', request, previews: [] })
      jobsChanged()
    },
    failed: remove,
  }
}
