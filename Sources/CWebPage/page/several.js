// Several values of a field: the recipe is drawn once for each, and once for each combination where more fields have several.

import { $, el } from './dom.js'
import { keep, readKept } from './kept.js'
import { languageChanged, t } from './strings.js'
import { toast } from './toasts.js'

const stored = 'easel.grids', keptGroups = 20

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
      Object.assign($(`several-${name}`), { title: t('several'), ariaLabel: t('pair', { name: label, value: t('several') }) })
    }
  }
  languageChanged.listen(word)
  word()
}

function toggle(name) {
  if (!clearSeveral([name])) {
    if (lists().length === 3) return toast(t('several.three'))
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

/** Whether a field is a list. */
export const hasSeveral = () => lists().length > 0

/** The lists: names and labels of their fields, and texts of their values. */
export const listed = () => lists().map(({ value, dataset: { several: name } }) => ({ name, label: labelOf(name), texts: split(value) }))

// Grids, the newest first: `{id, axes: [{label, values: [label]}], jobs: [id]}`; columns, rows, blocks

let groups = readKept(stored, [])
// Those of before came row by row, and the server does not know them.
for (const group of groups) if (!group.id && !group.isTurned) { group.axes.reverse(); group.isTurned = true }

/** The grid that a job belongs to. */
export const groupOf = id => groups.find(({ jobs }) => jobs.includes(id))

export function addGroup(group) {
  groups = [group, ...groups].slice(0, keptGroups)
  keep(stored, groups)
}
