// What the page knows of the server: models, settings, and whether it is ready.

import { call, get, worded } from './api.js'
import { notifier } from './dom.js'
import { readMore } from './strings.js'

export const server = {
  /** `{name, is_loaded, native_size, native_sizes, size_multiple, takes_sizes, suits}` */
  models: [],
  /** The name of the one that draws. */
  model: '',
  /** Where models are looked for. */
  folders: [],
  /** `{status: ready | loading | failed, model, reason}` */
  readiness: { status: 'loading', model: '' },
  /** By key: `{value, default, meaning, allowed, choices, kind, unit, minimum, maximum, source}`. */
  settings: new Map(),
}

export const modelsChanged = notifier()
export const readinessChanged = notifier()
export const settingsChanged = notifier()

/** Why there is no model, in the page's language; undefined while there is one. */
export const readinessReason = () => {
  const { reason, reason_code: code, values } = server.readiness
  return reason ? worded({ message: reason, reason: code, values: values ?? {} }) : undefined
}

export const currentModel = () => server.models.find(({ name }) => name === server.model)
export const setting = key => server.settings.get(key)?.value

const takeModels = ({ current, models, folders }) => {
  Object.assign(server, { models, model: current, folders })
  modelsChanged()
}

export const takeSettings = ({ settings }) => {
  server.settings = new Map(settings.map(item => [item.key, item]))
  settingsChanged()
}

export const readModels = async () => takeModels(await get('/api/v1/models'))
export const readSettings = async () => takeSettings(await get('/api/v1/settings'))

export const changeSettings = async (values, keep) => takeSettings(await call('PUT', '/api/v1/settings', { values, keep }))

export async function loadModel(name) {
  takeReadiness({ status: 'loading', model: name })
  try {
    takeModels(await call('POST', `/api/v1/models/${encodeURIComponent(name)}/load`))
  } finally {
    await readReadiness()
  }
}

export function takeReadiness(readiness) {
  const before = server.readiness
  server.readiness = readiness
  readinessChanged()
  if (readiness.values?.kind) readMore().then(readinessChanged).catch(() => {})
  // What a model is like is known once it is open.
  if (readiness.status === 'ready' && (before.status !== 'ready' || before.model !== readiness.model)) readModels().catch(() => {})
}

export async function readReadiness() {
  // 503 tells as much as 200.
  const response = await fetch('/readyz').catch(() => null)
  // What a proxy answers tells nothing.
  const readiness = await response?.json().catch(() => null)
  if (['ready', 'loading', 'failed'].includes(readiness?.status)) takeReadiness(readiness)
}
