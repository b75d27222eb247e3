// What was asked for before: the latest recipes, and their prompts.

import { $, el } from './dom.js'
import { fill, load } from './form.js'
import { keep, readKept } from './kept.js'
import { closeSheet, openSheet, searchable } from './sheet.js'
import { moment, t } from './strings.js'

const stored = 'easel.history'
const capacity = 100 // recipes

const read = () => readKept(stored, []).filter(entry => typeof entry?.values?.prompt === 'string')

/** Puts a recipe at the front of the history. One that is there already moves. */
export function rememberRecipe(values) {
  const text = JSON.stringify(values)
  const others = read().filter(entry => JSON.stringify(entry.values) !== text)
  try {
    keep(stored, [{ at: Date.now(), values }, ...others].slice(0, capacity))
  } catch {
    // A full store forgets; drawing goes on.
    localStorage.removeItem(stored)
  }
}

/** Different prompts, the latest first. */
const prompts = () => [...new Set(read().map(({ values }) => values.prompt).filter(text => text.trim()))]

/** A recipe's settings in one line. */
export const gist = values => [values.width && `${values.width}×${values.height}`, values.steps && `${values.steps} · CFG ${values.cfg_scale}`, values.sampler, values.seed && t('history.seed', { seed: values.seed })].filter(Boolean).join(' · ')

function open() {
  const items = read().map(({ at, values }) => ({
    text: `${values.prompt} ${values.negative_prompt} ${gist(values)}`,
    element: el('li', {},
      el('button', { type: 'button', onclick: () => { closeSheet(); load(values) } }, el('span', { class: 'clamped' }, values.prompt || t('job.noPrompt')), ' ',
        el('span', { class: 'note' }, `${gist(values)} · ${moment(new Date(at))}`)),
      el('button', { type: 'button', class: 'side', onclick: () => { closeSheet(); load({ prompt: values.prompt, negative_prompt: values.negative_prompt }) } }, t('history.prompt'))),
  }))
  openSheet(t('history'), searchable(items, { label: t('history.search'), empty: t('history.none') }))
}

/** The place in the history that Alt+↑ and Alt+↓ have come to, and what stood there before. */
let at = -1, own = ''

function walk(step) {
  const list = prompts()
  if (at < 0) own = $('prompt').value
  const next = Math.max(-1, Math.min(list.length - 1, at + step))
  if (next === at) return
  at = next
  fill({ prompt: at < 0 ? own : list[at] })
}

export function startHistory() {
  $('history').addEventListener('click', open)
  $('prompt').addEventListener('keydown', event => {
    if (!event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return
    event.preventDefault()
    walk(event.key === 'ArrowUp' ? 1 : -1)
  })
  // Typing begins anew.
  $('prompt').addEventListener('input', event => { if (event.isTrusted) at = -1 })
}
