// One dialog for whatever is chosen from a list: models, styles, presets, history; and for the keys.

import { $, el } from './dom.js'
import { t } from './strings.js'

const dialog = $('sheet')

/** Shows content under a title. @returns {function} closes it */
export function openSheet(title, ...content) {
  $('sheet-title').textContent = title
  $('sheet-body').replaceChildren(...content.flat().filter(Boolean))
  if (!dialog.open) dialog.showModal()
  const first = $('sheet-body').querySelector('[autofocus], input, button')
  first?.focus()
  return closeSheet
}

export function closeSheet() { if (dialog.open) dialog.close() }

/**
 * A list that is searched as one types.
 * @param {{text: string, element: Element}[]} items `text` is what is searched
 */
export function searchable(items, { label, empty = t('search.none'), least = 6 } = {}) {
  const list = el('ul', { class: 'choices' }, items.map(({ element }) => element))
  const none = el('p', { class: 'note', role: 'status', hidden: items.length > 0 }, empty)
  if (items.length < least) return [none, list]
  const field = el('input', { type: 'search', 'aria-label': label, placeholder: label, autocomplete: 'off', oninput: () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean)
    let count = 0
    for (const { text, element } of items) {
      element.hidden = !words.every(word => text.toLowerCase().includes(word))
      if (!element.hidden) count += 1
    }
    none.hidden = count > 0
    none.textContent = t('search.none')
  } })
  // Down from the field goes into the list.
  field.addEventListener('keydown', event => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    list.querySelector('li:not([hidden]) button')?.focus()
  })
  return [field, none, list]
}

export function startSheet() {
  $('sheet-close').addEventListener('click', closeSheet)
  dialog.addEventListener('click', event => { if (event.target === dialog) closeSheet() })
  dialog.addEventListener('close', () => { document.body.append($('toasts')) })
  dialog.addEventListener('keydown', event => {
    const buttons = [...$('sheet-body').querySelectorAll('.choices li:not([hidden]) > button:first-child')]
    const at = buttons.indexOf(document.activeElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (at < 0 || !step) return
    event.preventDefault()
    buttons[at + step]?.focus()
  })
}
