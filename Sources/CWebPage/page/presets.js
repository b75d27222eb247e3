// Named sets of settings, and the defaults of a model. Prompts and seeds are no part of them.

import { CallError, call } from './api.js'
import { el } from './dom.js'
import { load, values } from './form.js'
import { gist } from './history.js'
import { keep, readKept } from './kept.js'
import { modelDefaults } from './models.js'
import { readModels, server } from './server.js'
import { closeSheet, openSheet, searchable } from './sheet.js'
import { t } from './strings.js'
import { toast } from './toasts.js'

const stored = 'easel.presets'
const none = new Set(['prompt', 'negative_prompt', 'seed', 'subseed', 'styles', 'source_pictures', 'mask'])

const read = () => readKept(stored, {})
const write = presets => keep(stored, presets)
const settings = () => Object.fromEntries(Object.entries(values()).filter(([name]) => !none.has(name)))

function entry(name, values, act, remove) {
  return {
    text: `${name} ${gist(values)}`,
    element: el('li', {}, el('button', { type: 'button', onclick: () => { closeSheet(); act() } }, el('strong', {}, name), ' ', el('span', { class: 'note' }, gist(values))),
      remove && el('button', { type: 'button', class: 'side', 'aria-label': t('presets.remove', { name }), onclick: remove }, '✕')),
  }
}

export function openPresets() {
  const presets = read(), own = modelDefaults()
  const items = [
    entry(t('presets.model'), own, () => load(own)),
    ...Object.entries(presets).map(([name, values]) => entry(name, values, () => load(values), () => { const { [name]: _, ...others } = read(); write(others); openPresets() })),
  ]
  const name = el('input', { type: 'text', id: 'preset-name', autocomplete: 'off', maxLength: 80 })
  openSheet(t('presets'), searchable(items, { label: t('presets.search'), least: 8 }),
    el('form', { class: 'row', onsubmit: event => { event.preventDefault(); save(name.value.trim()) } },
      el('label', { htmlFor: 'preset-name' }, t('presets.save')), name, el('button', { type: 'submit' }, t('save'))),
    el('div', { class: 'row' }, el('button', { type: 'button', onclick: () => setDefaults(modelSettings()) }, t('presets.keep', { model: server.model })),
      el('button', { type: 'button', onclick: () => setDefaults(null) }, t('presets.forget'))))
}

function save(name) {
  if (!name) return
  write({ ...read(), [name]: settings() })
  toast(t('presets.saved', { name }))
  openPresets()
}

function modelSettings() {
  const { steps, cfg_scale, sampler, schedule, width, height, clip_skip, negative_prompt } = values()
  const numbers = Object.fromEntries(Object.entries({ steps, cfg_scale, width, height, clip_skip }).filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]))
  return { ...numbers, sampler, schedule, ...(negative_prompt && { negative_prompt }) }
}

/** Makes settings the defaults of the model at hand, for all clients; null: what its file says. */
async function setDefaults(defaults) {
  try {
    await call('PUT', `/api/v1/models/${encodeURIComponent(server.model)}/defaults`, defaults)
    await readModels()
    toast(t(defaults ? 'presets.kept' : 'presets.forgotten', { model: server.model }))
    openPresets()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}
