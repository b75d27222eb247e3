// What a button opens beside it: a menu, or a small window. Escape, Tab or a click elsewhere closes it.

import { el } from './dom.js'

/** The button whose menu was open when the pointer went down on it: its click closes. */
let pressed = null
document.addEventListener('pointerdown', event => {
  const button = event.target.closest?.('[aria-expanded=true][aria-haspopup]')
  pressed = button ?? null
}, { capture: true })

/**
 * Opens an element beside the button.
 * @param {function} [closed] called when it is closed
 */
export function popUp(button, element, closed = () => {}) {
  if (pressed === button) return void (pressed = null)
  element.popover = 'auto'
  element.classList.add('pop-up')
  // Beside an open dialog nothing can be reached.
  ;(button.closest('dialog, main') ?? document.body).append(element)
  element.showPopover()
  button.setAttribute('aria-expanded', 'true')
  const place = button.getBoundingClientRect(), { width, height } = element.getBoundingClientRect()
  const left = Math.max(8, Math.min(place.left, document.documentElement.clientWidth - width - 8))
  const top = place.bottom + 4 + height <= innerHeight ? place.bottom + 4 : Math.max(8, place.top - 4 - height)
  Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
  element.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget && !element.contains(relatedTarget)) element.hidePopover()
  })
  const hadFocus = () => element.contains(document.activeElement) || document.activeElement === document.body
  element.addEventListener('beforetoggle', ({ newState }) => {
    if (newState === 'open') return
    button.setAttribute('aria-expanded', 'false')
    const returns = hadFocus()
    queueMicrotask(() => {
      element.remove()
      if (returns && button.isConnected) button.focus()
      closed()
    })
  })
  return element
}

/**
 * Opens a menu beside the button.
 * @param {{label: string, act: function}[]} entries
 */
export function openMenu(button, entries) {
  const items = entries.map(({ label, act }) => el('button', {
    type: 'button', role: 'menuitem', tabIndex: -1, onclick: () => { menu.hidePopover(); queueMicrotask(act) },
  }, label))
  const label = button.getAttribute('aria-label') ?? button.textContent.trim()
  const menu = el('div', { class: 'menu', role: 'menu', 'aria-label': label }, items)
  menu.addEventListener('keydown', event => {
    // They mean something else to what lies below.
    event.stopPropagation()
    const at = items.indexOf(document.activeElement), { length } = items
    const places = { ArrowDown: (at + 1) % length, ArrowUp: (at + length - 1) % length, Home: 0, End: length - 1 }
    if (event.key === 'Tab') return menu.hidePopover()
    if (!(event.key in places)) return
    event.preventDefault()
    items[places[event.key]].focus()
  })
  if (popUp(button, menu)) items[0].focus()
}
