// The model that draws: choosing one, what it would have for settings, and where models lie.

import { CallError, call } from './api.js'
import { $, el } from './dom.js'
import { fill, load, schedules, showError } from './form.js'
import { currentModel, loadModel, readModels, server, setting } from './server.js'
import { loadMore } from './more.js'
import { closeSheet, openSheet, searchable } from './sheet.js'
import { showSize } from './size.js'
import { bytes, number, t } from './strings.js'
import { toast } from './toasts.js'

/** What fields are when neither a person nor a model has said anything. */
const usual = () => ({
  steps: '20', cfg_scale: '7', sampler: 'Euler', schedule: 'automatic', clip_skip: String(setting('clip_skip') ?? 1), negative_prompt: '',
})

/** What the fields were given for the model; nobody's own choice. */
let fitted = {}
export const fittedValues = () => fitted

/** The values that suit the model, by the names of fields. */
export function modelDefaults(model = currentModel()) {
  const side = String(model?.native_size ?? 512)
  const values = { ...usual(), width: side, height: side }
  const own = Object.entries(model?.defaults ?? {}).filter(([name]) => name in values).map(([name, value]) => [name, String(value)])
  return { ...values, ...Object.fromEntries(own) }
}

/** A new model has settings of its own, which the fields follow unless somebody chose another value. */
function fit() {
  const model = currentModel()
  // What a model is like is known once it is open.
  if (!model?.native_size && !model?.defaults) return
  const wanted = modelDefaults(model), values = {}
  for (const [name, value] of Object.entries(wanted)) {
    const before = name in fitted ? fitted[name] : usual()[name] ?? ''
    if ($(name).value === before || (!$(name).value && ['width', 'height'].includes(name))) values[name] = value
  }
  fitted = { ...fitted, ...Object.fromEntries(Object.entries(wanted).filter(([name]) => name in values)) }
  if (Object.entries(values).some(([name, value]) => $(name).value !== value)) fill(values)
}

const about = model => [model.family, model.native_size && `${number(model.native_size)} px`, model.bytes && bytes(model.bytes), model.license].filter(Boolean).join(' · ')

/** Shows the model at hand. @param {object} [kept] what the fields were given at the last visit */
export function showModel(kept) {
  // A form of before was given no clip skip.
  if (kept) fitted = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== ''))
  const model = currentModel()
  $('model-name').textContent = model?.name ?? t('model.none')
  $('model-about').textContent = model ? about(model) : ''
  $('sizes').hidden = !model?.takes_sizes
  $('vae_decoder').closest('.field').hidden = !model?.has_tiny_vae
  // What the server takes anyway is not sent.
  $('clip_skip').dataset.usual = modelDefaults(model).clip_skip
  fit()
  showSuits()
  showSize()
}

/** @param {object} [options] `keepsRecipe`: the fields stay, whatever the model would have */
export async function chooseModel(name, { keepsRecipe = false } = {}) {
  if (keepsRecipe) fitted = Object.fromEntries(Object.keys(modelDefaults()).map(name => [name, null]))
  try {
    await loadModel(name)
  } catch (error) {
    showError(new CallError({ ...error, message: error.message, field: 'model' }))
    showModel()
  }
}

// Models that draw in few steps

const range = (least, most) => (least === most ? number(most, 2) : `${number(least, 2)}–${number(most, 2)}`)

/** Offers what suits the model, if it has something of its own. */
function showSuits() {
  const suits = currentModel()?.suits
  $('suits').hidden = !suits
  if (!suits) return
  const settings = [
    `${t('steps')} ${range(suits.min_steps, suits.max_steps)}`, `CFG ${range(suits.min_cfg_scale, suits.max_cfg_scale)}`,
    suits.sampler, schedules.find(({ name }) => name === suits.schedule)?.label ?? suits.schedule,
    suits.width && `${suits.width}×${suits.height}`,
  ]
  $('suits-text').textContent = t('suits.text', { name: suits.name, settings: settings.filter(Boolean).join(' · ') })
}

/** Fills the recipe with it. What the server leaves out, or this form has no field for, stays as it is. */
function useSuits() {
  const suits = currentModel()?.suits ?? {}
  load(Object.fromEntries(['steps', 'cfg_scale', 'sampler', 'schedule', 'eta', 'width', 'height'].filter(name => suits[name] !== undefined && suits[name] !== null).map(name => [name, String(suits[name])])))
}

// Choosing

/** What the model's latest picture was drawn with. */
const lastDrawn = ({ last_drawn: { steps, sampler, cfg_scale: cfg, width, height } }) =>
  [sampler, steps && `${t('steps')} ${number(steps)}`, typeof cfg === 'number' && `CFG ${number(cfg, 2)}`, `${width}×${height}`].filter(Boolean).join(' · ')

const openGet = () => Promise.all([import('./get.js'), loadMore()]).then(([part]) => part.openGet(), () => toast(t('offline')))

export function openModels() {
  const items = server.models.map(model => ({
    text: `${model.name} ${model.family ?? ''}`,
    element: el('li', {}, el('button', { type: 'button', 'aria-current': model.name === server.model ? 'true' : null, onclick: () => { closeSheet(); if (model.name !== server.model) chooseModel(model.name) } },
      model.last_drawn && el('img', { src: `/api/v1/images/${model.last_drawn.picture}/thumb`, alt: '', loading: 'lazy', class: 'preview', title: lastDrawn(model) }),
      el('strong', {}, model.name), ' ', el('span', { class: 'note' }, about(model)))),
  }))
  openSheet(t('model'), searchable(items, { label: t('model.search'), empty: t('model.none') }),
    el('div', { class: 'row' }, el('button', { type: 'button', onclick: refresh }, t('model.refresh')), el('button', { type: 'button', onclick: openGet }, t('model.get'))),
    el('h3', {}, t('model.where')),
    el('p', { class: 'note' }, t('model.where.text')),
    server.folders.map(folder => el('p', {}, el('code', {}, folder))))
}

async function refresh() {
  try {
    await call('POST', '/api/v1/models/refresh')
    await readModels()
    openModels()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

export function startModels() {
  $('model').addEventListener('click', openModels)
  $('suits-use').addEventListener('click', useSuits)
}
