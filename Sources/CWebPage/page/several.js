// Several values of a field: the recipe is drawn once for each, and once for each pair where two fields have several.

import { CallError } from './api.js'
import { $, el } from './dom.js'
import { optionOf } from './form.js'
import { keep, readKept } from './kept.js'
import { languageChanged, number, t } from './strings.js'
import { toast } from './toasts.js'

const stored = 'easel.grids', keptGroups = 20, most = 100

const lists = () => [...document.querySelectorAll('#form .several')]
const split = text => text.split(/[,，;；]/).map(part => part.trim()).filter(Boolean)

/** Gives fields a button that makes them lists. */
export function offerSeveral(names) {
  for (const name of names) {
    const label = document.querySelector(`#form .field[data-field="${name}"] > label`)
    const button = el('button', { type: 'button', class: 'plain more', id: `several-${name}`, 'aria-pressed': 'false', onclick: () => toggle(name) }, '⋯')
    label.replaceWith(el('div', { class: 'head' }, label.cloneNode(true), button))
  }
  const word = () => {
    for (const name of names) {
      const label = document.querySelector(`#form label[for="${name}"]`)?.textContent
      Object.assign($(`several-${name}`), { title: t('several'), ariaLabel: `${label}: ${t('several')}` })
    }
  }
  languageChanged.listen(word)
  word()
}

function toggle(name) {
  if (!clearSeveral([name])) {
    if (lists().length === 2) return toast(t('several.two'))
    const field = $(name), whole = name === 'seed' ? field.closest('.joined') : field
    const list = el('input', { type: 'text', class: 'several', autocomplete: 'off', value: field.selectedOptions?.[0]?.text ?? field.value, 'aria-label': t('several.label', { name: labelOf(name) }), placeholder: t('several.placeholder') })
    list.dataset.several = name
    whole.hidden = true
    whole.after(list)
    $(`several-${name}`).setAttribute('aria-pressed', 'true')
    list.focus()
  }
  $('form').dispatchEvent(new Event('input', { bubbles: true }))
}

/** Makes lists single values again. @returns {boolean} whether there was one */
export function clearSeveral(names) {
  const gone = lists().filter(list => names.includes(list.dataset.several))
  for (const list of gone) {
    list.previousElementSibling.hidden = false
    $(`several-${list.dataset.several}`).setAttribute('aria-pressed', 'false')
    list.remove()
  }
  return gone.length > 0
}

const labelOf = name => document.querySelector(`#form label[for="${name}"]`)?.textContent ?? name

/** @returns {number} how often the recipe is drawn; 1 when no field is a list */
export const countOfSeveral = () => lists().reduce((product, list) => product * Math.max(1, split(list.value).length), 1)

/** The fields that are lists, with what the API is sent for each value and what is shown for it. */
function axes() {
  return lists().map(list => {
    const name = list.dataset.several, field = $(name)
    const values = split(list.value).map(text => {
      if (field.tagName !== 'SELECT') {
        if (!Number.isFinite(Number(text))) throw new CallError({ field: name, message: t('several.number', { value: text }) })
        return { value: text, label: text }
      }
      const option = optionOf(field, text)
      if (!option) throw new CallError({ field: name, message: t('several.unknown', { value: text }) })
      return { value: option.value, label: option.text }
    })
    if (!values.length) throw new CallError({ field: name, message: t('several.empty') })
    return { name, label: labelOf(name), values }
  })
}

/**
 * The jobs that a recipe with lists is; the last list changes fastest.
 * @returns {object[]} as `POST /api/v1/jobs` takes them; one where no field is a list
 * @throws {CallError} for a value that cannot be
 */
export function cellsOf(job) {
  const lines = axes()
  const count = lines.reduce((product, { values }) => product * values.length, 1)
  if (count > most) throw new CallError({ field: lines.at(-1).name, message: t('several.most', { count: number(count), most: number(most) }) })
  // Pictures of one seed can be compared.
  const seed = job.seed && job.seed !== '-1' ? job.seed : String(crypto.getRandomValues(new Uint32Array(1))[0])
  let cells = [{ ...job, ...(lines.length && { seed }) }]
  for (const { name, values } of lines) cells = cells.flatMap(cell => values.map(({ value }) => ({ ...cell, [name]: value })))
  cells.axes = lines
  return cells
}

// Groups of jobs, the newest first: `{axes: [{label, values: [label]}], jobs: [id]}`

let groups = readKept(stored, [])

/** The group that a job belongs to. */
export const groupOf = id => groups.find(({ jobs }) => jobs.includes(id))

/** Has all cells drawn, in order. @param {function} draw a job, to its id. @returns {string[]} the ids */
export async function startGroup(cells, draw) {
  const group = { axes: cells.axes.map(({ label, values }) => ({ label, values: values.map(({ label }) => label) })), jobs: [] }
  groups = [group, ...groups].slice(0, keptGroups)
  for (const cell of cells) {
    group.jobs.push(await draw(cell))
    keep(stored, groups)
  }
  return group.jobs
}
