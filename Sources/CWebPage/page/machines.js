// How the machine draws, in a sentence; what runs where, how exactly, and what is compiled, folded away below it.

import { CallError, call, get, worded } from './api.js'
import { errorChart } from './chart.js'
import { $, el, say, table } from './dom.js'
import { fidelityEvent, jobEnded } from './jobs.js'
import { loadModel, readinessChanged, readinessReason, server } from './server.js'
import { bytes, duration, knows, languageChanged, moment, named, number, percent, significant, t } from './strings.js'
import { toast } from './toasts.js'

/** What was read last. */
let state = null
/** The latest comparison of pictures. */
let comparison = null
/** What is being done, in words; empty when nothing is. */
let running = ''

const view = $('machines')
const orDash = (value, write) => (value === null || value === undefined ? '–' : write(value))
const component = name => named('component', name)
const seconds = (value, digits = 2) => t('seconds', { seconds: significant(value, digits) })
/** What a compiled network takes, in words for the commonest. */
const shapeText = shape => (shape === 'any shape' ? t('shape.any') : shape)
const checked = value => orDash(value, time => t('checked.ago', { time: duration(time) }))
/** Text that may take several lines in a table whose other cells take one. */
const long = text => el('span', { class: 'long' }, text)
const told = notice => long(worded(notice, 'notice'))

/** Reads all anew. */
async function read() {
  try {
    const [devices, { workers, are_remote: areRemote }, compilations, fidelity] = await Promise.all(['devices', 'workers', 'compilations', 'fidelity'].map(name => get(`/api/v1/${name}`)))
    state = { devices, workers, areRemote, compilations, fidelity }
    show()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    say($('machines-error'), error.message)
  }
}

function show() {
  $('machines-note').textContent = running
  if (!state) return
  const hasModel = state.fidelity.components.length > 0
  const { workers, areRemote } = state
  const none = () => card('bad', el('p', {}, el('b', {}, readinessReason() ?? t('worker.none'))))
  $('machine-list').replaceChildren(...(areRemote && workers.length ? [] : [areRemote ? none() : machine(hasModel)]), ...(areRemote || workers.length > 1 ? workers.map(worker) : []))
  $('gpu').replaceChildren(...(areRemote ? [] : advice()))
  for (const id of ['check', 'reload', 'unload']) $(id).hidden = !hasModel
  $('clear').hidden = areRemote
  $('machine-tables').replaceChildren(...(hasModel ? [places(), checks(), ...measurements()] : []), compiled(), events(), devicesHere())
  showComparison()
}

// The sentence

function machine(hasModel) {
  const { status, model } = server.readiness
  if (status === 'loading' && !hasModel) return card('', el('p', {}, t('machine.loading', { model })))
  if (status === 'ready' && !hasModel) {
    return card('', el('p', { class: 'sentence' }, [t('machine.unloaded', { model }), memory()].filter(Boolean).join(t('machine.comma'))),
      el('p', { class: 'note' }, t('machine.unloaded.about')),
      el('div', { class: 'row' }, el('button', { type: 'button', onclick: () => act(() => loadModel(model)) }, t('machine.load'))))
  }
  if (!hasModel) {
    const reason = readinessReason()
    const { problem, problem_reason: name, problem_values: values } = state.devices
    const words = reason ?? (problem && worded({ message: problem, reason: name, values: values ?? {} }))
    return card('bad', el('p', {}, el('b', {}, t('machine.none'))), words && el('p', {}, words), el('p', {}, t('machine.what')),
      el('div', { class: 'row' }, el('a', { class: 'button', href: '#/settings' }, t('machine.settings')),
        el('button', { type: 'button', onclick: () => act(() => loadModel(server.model)) }, t('machine.retry'))))
  }
  const { is_within_bounds: isGood } = state.fidelity
  return card(!isGood ? 'bad' : wasChecked() ? 'good' : '', el('p', { class: 'sentence' }, [place(), speed(), exactness(), memory()].filter(Boolean).join(t('machine.comma'))),
    el('p', { class: 'note' }, t('machine.about')))
}

const card = (kind, ...children) => el('li', { class: `machine ${kind}` }, el('h2', {}, t('machine.this')), ...children)

/** One of several that draw side by side. */
function worker({ name, jobs, devices, assignments, models }) {
  const { device, precision } = assignments.find(row => row.component === 'unet') ?? {}
  return el('li', { class: `machine ${state.areRemote ? 'good' : ''}` }, el('h2', {}, name), el('p', { class: 'sentence' }, [
    jobs.length ? t('worker.drawing', { count: jobs.length }) : t('worker.idle'), models[0], device ? `${device} (${precision})` : devices.join(t('machine.comma')),
  ].filter(Boolean).join(t('machine.comma'))))
}

/** `Intel Xeon CPU, f32`: the maker's name without its trade marks. */
function place() {
  const { device, precision } = state.fidelity.components.find(row => row.component === 'unet') ?? state.fidelity.components[0]
  const name = state.devices.devices.find(({ name }) => name === device)?.full_name.replace(/\((R|TM|C)\)/gi, '').replace(/\s+/g, ' ').trim()
  return [name ? (name.includes(device) ? name : `${name} (${device})`) : device, precision].join(t('machine.comma'))
}

function speed() {
  const { seconds_per_step: value } = state.devices
  return value > 0 && t('machine.speed', { seconds: significant(value, 2) })
}

const wasChecked = () => state.fidelity.components.every(row => typeof row.seconds_since_probe === 'number')

function exactness() {
  const rows = state.fidelity.components
  if (!wasChecked()) return t('machine.unchecked')
  // The part that is the furthest off for what it may be.
  const worst = rows.reduce((a, b) => ((b.relative_error ?? Infinity) / b.bound > (a.relative_error ?? Infinity) / a.bound ? b : a))
  const error = orDash(worst.relative_error, percent)
  const text = !state.fidelity.is_within_bounds ? t('machine.off', { error }) : worst.relative_error === 0 ? t('machine.same') : t('machine.close', { error })
  return `${text}${document.documentElement.lang === 'en' ? ' ' : ''}${t('machine.checked', { time: duration(Math.max(...rows.map(row => row.seconds_since_probe))) })}`
}

function memory() {
  const { memory_used_bytes: used, memory_total_bytes: total } = state.devices
  // `1.2 of 23 GB`
  const size = count => significant(count / 1e9, 2)
  return total > 0 && t('machine.memory', { used: size(used), total: size(total) })
}

/** How to get a device listed that the machine has; that it has none, where there is only the CPU. */
function advice() {
  const { hints, devices } = state.devices
  if (hints.length) {
    return [el('div', { class: 'advice' }, el('h2', {}, t('gpu.advice')), hints.map(({ reason, values, message }) =>
      (knows(`hint.${reason}`) ? el('p', {}, t(`hint.${reason}`, values)) : el('p', { lang: 'en' }, message))))]
  }
  const hasOther = devices.some(({ name }) => /^(GPU|NPU)/.test(name))
  return devices.length && !hasOther ? [el('p', { class: 'note' }, t('gpu.none'))] : []
}

// The tables

const places = () => table(t('where'), ['component', 'device', 'precision', 'error', 'bound', 'speed', 'checked', 'notice'].map(key => t(key)),
  state.fidelity.components.map(row => [
    component(row.component), row.device, row.precision, orDash(row.relative_error, percent), percent(row.bound),
    orDash(row.speed_ratio, ratio => t('speed.ratio', { ratio: significant(ratio, 2) })),
    row.seconds_since_probe === null || row.seconds_since_probe === undefined ? t('checked.never') : checked(row.seconds_since_probe),
    orDash(row.notices[0], told),
  ]))

function checks() {
  const { components: rows, events } = state.fidelity
  return el('div', { class: 'charts' }, el('h2', {}, t('checks')), el('div', { class: 'row' }, rows.map(row => {
    const own = events.filter(event => event.component === row.component)
    return el('figure', {}, el('figcaption', {}, component(row.component)),
      own.length ? errorChart(row.component, own, row.bound) : el('p', { class: 'note' }, t('checks.none')))
  })))
}

function measurements() {
  const rows = state.devices.measurements
  // Only auto measures.
  if (!rows.length) return []
  return [table(t('measured'), ['component', 'device', 'precision', 'time', 'error', 'chosen'].map(key => t(key)), rows.map(row => [
    component(row.component), row.device, row.precision, orDash(row.seconds, value => seconds(value, 3)),
    row.relative_error === null || row.relative_error === undefined ? t('refused') : percent(row.relative_error), row.is_chosen ? t('chosen.yes') : '',
  ]))]
}

function compiled() {
  const { ready, disk_cache_bytes: disk } = state.compilations
  return el('div', {}, ready.length
    ? table(t('compiled'), [...['component', 'shape', 'device', 'precision', 'reason', 'took', 'hits'].map(key => t(key)), t('drop')], ready.map(({ id, record, hits }) => [
        component(record.component), shapeText(record.shape), record.device, record.precision, named('reason', record.reason),
        record.from_disk_cache ? t('compiled.cached', { seconds: seconds(record.seconds) }) : seconds(record.seconds), number(hits),
        el('button', {
          type: 'button', 'aria-label': t('drop.one', { component: component(record.component), shape: shapeText(record.shape) }),
          onclick: () => act(() => call('DELETE', `/api/v1/compilations/${encodeURIComponent(id)}`)),
        }, '✕'),
      ]))
    : [el('h2', {}, t('compiled')), el('p', { class: 'note' }, t('compiled.none'))],
  disk > 0 && el('p', { class: 'note' }, t('compiled.disk', { bytes: bytes(disk) })))
}

function events() {
  const alarming = state.fidelity.events.filter(({ response, finding }) => response !== 'none' || !['baseline', 'within_bounds'].includes(finding))
  return el('div', {}, alarming.length
    ? table(t('events'), ['when', 'component', 'finding', 'response', 'error', 'notice'].map(key => t(key)), alarming.reverse().map(event => [
        moment(event.time), component(event.component), named('finding', event.finding), named('response', event.response),
        orDash(event.relative_error, percent), told(event.notice),
      ]))
    : [el('h2', {}, t('events')), el('p', { class: 'note' }, t('events.none'))])
}

const devicesHere = () => el('div', {},
  table(t('devicesHere'), ['device', 'name', 'modes'].map(key => t(key)), state.devices.devices.map(device => [
    device.name, device.full_name, long(Object.entries(device.modes).map(([mode, precision]) =>
      `${named('choice.accuracy', mode)}: ${precision.replace(/^refused: (.*)$/s, (_, words) => t('refused.because', { words }))}`).join(t('machine.comma'))),
  ])),
  el('p', { class: 'note' }, `OpenVINO ${state.devices.openvino}`))

// The comparison

/** Both pictures over one another: a slider tells up to where the reference is seen. */
function overlay(reference, drawn) {
  const upper = el('img', { src: reference, alt: t('compare.reference') })
  const cut = percent => { upper.style.clipPath = `inset(0 ${100 - percent}% 0 0)` }
  const slider = el('input', { type: 'range', min: 0, max: 100, value: 50, 'aria-label': t('compare.upTo'), oninput: () => cut(slider.value) })
  cut(50)
  return el('figure', {},
    el('div', { class: 'overlay' }, el('img', { src: drawn, alt: t('compare.drawn') }), upper, slider),
    el('figcaption', { class: 'sides' }, el('span', {}, t('compare.reference')), el('span', {}, t('compare.drawn'))))
}

function showComparison() {
  if (!comparison) return $('comparison').replaceChildren()
  const { reference, drawn, difference, amplification, is_equal: isEqual, is_within_bounds: isGood, psnr, ssim, notices } = comparison
  const caption = t('compare.difference', { factor: number(amplification) })
  $('comparison').replaceChildren(...[
    el('h2', {}, t('comparison')), overlay(reference, drawn),
    isEqual
      ? el('p', { class: 'same' }, el('b', {}, t('compare.none')), el('span', {}, t('compare.equal')))
      : el('figure', {}, el('img', { src: difference, alt: caption }), el('figcaption', {}, caption)),
    !isEqual && el('p', { class: 'note' }, t('compare.distance', { psnr: significant(psnr, 3), ssim: significant(ssim, 4) }), ' ', t(isGood ? 'compare.within' : 'compare.over')),
    ...notices.map(notice => el('p', { class: 'note' }, worded(notice, 'notice'))),
  ].filter(Boolean))
}

// What can be done

/** Does something that takes its time, with the buttons still meanwhile. */
async function act(work) {
  const pressed = document.activeElement
  say($('machines-error'))
  const buttons = view.querySelectorAll('button')
  for (const button of buttons) button.disabled = true
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    say($('machines-error'), error.message)
  } finally {
    running = ''
    for (const button of buttons) button.disabled = false
    await read()
    const next = pressed.isConnected && !pressed.hidden ? pressed : $('clear')
    next.focus()
  }
}

const note = text => { running = text; $('machines-note').textContent = text }

async function check() {
  note(t('check.running'))
  await call('POST', '/api/v1/fidelity/check')
  note(t('check.drawing'))
  comparison = await call('POST', '/api/v1/fidelity/compare', {})
}

/** The view comes to the front. */
export function openMachines() {
  say($('machines-error'))
  return read()
}

export function startMachines() {
  $('check').addEventListener('click', () => act(check))
  $('reload').addEventListener('click', () => act(async () => {
    note(t('reload.running'))
    await call('POST', '/api/v1/reload', {})
    toast(t('reload.done'))
  }))
  $('unload').addEventListener('click', () => act(async () => {
    await call('POST', '/sdapi/v1/unload-checkpoint')
    toast(t('unload.done'))
  }))
  $('clear').addEventListener('click', () => act(async () => {
    const { dropped } = await call('DELETE', '/api/v1/compilations')
    toast(t('clearCache.done', { count: dropped }))
  }))
  fidelityEvent.listen(() => { if (!view.hidden && !running) read() })
  // A job loads a model that was not, and tells how fast it is.
  jobEnded.listen(() => { if (!view.hidden && !running) read() })
  // There is more to tell of a model that is open, and less of one that is not.
  readinessChanged.listen(() => { if (!view.hidden && !running) openMachines() })
  languageChanged.listen(show)
}
