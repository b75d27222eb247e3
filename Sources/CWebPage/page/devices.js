// What runs where, how exact it is, and what is compiled.

import { CallError, call, get } from './api.js'
import { errorChart } from './chart.js'
import { $, el, say, table } from './dom.js'
import { fidelityEvent } from './jobs.js'
import { readinessChanged, server } from './server.js'
import { bytes, duration, languageChanged, moment, named, number, percent, significant, t } from './strings.js'
import { toast } from './toasts.js'

const components = ['text_encoder', 'unet', 'vae']
/** What was read last. */
let state = null
/** The latest comparison of pictures. */
let comparison = null
/** What is being done, in words; empty when nothing is. */
let running = ''

const view = $('devices')
const orDash = (value, write) => (value === null || value === undefined ? '–' : write(value))
const component = name => named('component', name)

/** Reads all anew. */
async function read() {
  try {
    const [devices, compilations, fidelity] = await Promise.all(['devices', 'compilations', 'fidelity'].map(name => get(`/api/v1/${name}`)))
    state = { devices, compilations, fidelity }
    show()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    say($('devices-error'), error.message)
  }
}

function show() {
  if (!state) return
  const { fidelity } = state
  $('verdict').textContent = running || fidelity.verdict
  $('verdict').classList.toggle('bad', !fidelity.is_within_bounds)
  $('devices-body').replaceChildren(placements(), checks(), ...measurements(), compiled(), events(), machine())
  showComparison()
}

const placements = () => table(t('where'), ['component', 'device', 'precision', 'error', 'bound', 'speed', 'checked', 'notice'].map(key => t(key)),
  state.fidelity.components.map(row => [
    component(row.component), row.device, row.precision, orDash(row.relative_error, percent), percent(row.bound),
    orDash(row.speed_ratio, ratio => t('speed.ratio', { ratio: significant(ratio, 2) })),
    row.seconds_since_probe === null || row.seconds_since_probe === undefined ? t('checked.never') : t('checked.ago', { time: duration(row.seconds_since_probe) }),
    row.notice ?? '–',
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
    component(row.component), row.device, row.precision, orDash(row.seconds, value => `${significant(value, 3)} s`),
    row.relative_error === null || row.relative_error === undefined ? t('refused') : percent(row.relative_error), row.is_chosen ? t('chosen.yes') : '',
  ]))]
}

function compiled() {
  const { ready, disk_cache_bytes: disk } = state.compilations
  return el('div', {}, ready.length
    ? table(t('compiled'), [...['component', 'shape', 'device', 'precision', 'reason', 'seconds', 'hits'].map(key => t(key)), t('drop')], ready.map(({ id, record, hits }) => [
        component(record.component), record.shape, record.device, record.precision, named('reason', record.reason),
        record.from_disk_cache ? t('compiled.cached', { seconds: `${significant(record.seconds, 2)} s` }) : `${significant(record.seconds, 2)} s`, number(hits),
        el('button', {
          type: 'button', 'aria-label': t('drop.one', { component: component(record.component), shape: record.shape }),
          onclick: () => act(() => call('DELETE', `/api/v1/compilations/${encodeURIComponent(id)}`)),
        }, '✕'),
      ]))
    : el('p', { class: 'note' }, t('compiled.none')),
  disk > 0 && el('p', { class: 'note' }, t('compiled.disk', { bytes: bytes(disk) })))
}

function events() {
  const alarming = state.fidelity.events.filter(({ response, finding }) => response !== 'none' || !['baseline', 'within_bounds'].includes(finding))
  return el('div', {}, alarming.length
    ? table(t('events'), ['when', 'component', 'finding', 'response', 'error', 'notice'].map(key => t(key)), alarming.reverse().map(event => [
        moment(event.time), component(event.component), named('finding', event.finding), named('response', event.response),
        orDash(event.relative_error, percent), event.text,
      ]))
    : [el('h2', {}, t('events')), el('p', { class: 'note' }, t('events.none'))])
}

const machine = () => el('div', {},
  table(t('devicesHere'), ['device', 'name', 'modes'].map(key => t(key)), state.devices.devices.map(device => [
    device.name, device.full_name, Object.entries(device.modes).map(([mode, precision]) => `${mode}: ${precision}`).join(', '),
  ])),
  el('p', { class: 'note' }, `OpenVINO ${state.devices.openvino}`), state.devices.advice.map(text => el('p', { class: 'note' }, text)))

function showComparison() {
  if (!comparison) return $('comparison').replaceChildren()
  const { reference, drawn, difference, amplification, is_equal: isEqual, psnr, ssim, verdict } = comparison
  const figure = (source, caption) => el('figure', {}, el('img', { src: source, alt: caption }), el('figcaption', {}, caption))
  $('comparison').replaceChildren(
    figure(reference, t('compare.reference')), figure(drawn, t('compare.drawn')),
    figure(difference, t('compare.difference', { factor: number(amplification) })),
    el('p', { class: 'note' }, isEqual ? t('compare.equal') : t('compare.distance', { psnr: significant(psnr, 3), ssim: significant(ssim, 4) }), ' ', verdict))
}

/** Does something that takes its time, with the buttons still meanwhile. */
async function act(work) {
  const pressed = document.activeElement
  say($('devices-error'))
  const buttons = view.querySelectorAll('button')
  for (const button of buttons) button.disabled = true
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    say($('devices-error'), error.message)
  } finally {
    running = ''
    for (const button of buttons) button.disabled = false
    await read()
    const next = pressed.isConnected ? pressed : $('clear')
    next.focus()
  }
}

const note = text => { running = text; $('verdict').textContent = text }

async function check() {
  note(t('check.running'))
  await call('POST', '/api/v1/fidelity/check')
  note(t('check.drawing'))
  comparison = await call('POST', '/api/v1/fidelity/compare', {})
}

/** The view comes to the front. */
export function openDevices() {
  say($('devices-error'))
  return read()
}

export function startDevices() {
  $('check').addEventListener('click', () => act(check))
  $('reload').addEventListener('click', () => act(async () => {
    note(t('reload.running'))
    await call('POST', '/api/v1/reload', {})
    toast(t('reload.done'))
  }))
  $('clear').addEventListener('click', () => act(async () => {
    const { dropped } = await call('DELETE', '/api/v1/compilations')
    toast(t('clearCache.done', { count: dropped }))
  }))
  fidelityEvent.listen(({ response, text }) => {
    // Something was done about a drift: whoever draws should know, whatever they look at.
    if (response !== 'none') toast(text)
    if (!view.hidden && !running) read()
  })
  // There is more to tell of a model that is open.
  readinessChanged.listen(() => { if (!view.hidden && !running && server.readiness.status === 'ready') openDevices() })
  languageChanged.listen(show)
}
