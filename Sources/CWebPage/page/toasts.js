// Short messages at the edge of the page.

import { $, el } from './dom.js'

/**
 * Shows a text for some seconds, with a button where something can be done about it.
 * @param {{label: string, act: function}} [action]
 * @returns {function} takes it away
 */
export function toast(text, action, milliseconds = 6000) {
  // The same once more takes no more room, and many leave room for the page.
  for (const note of [...$('toasts').children].filter((note, index, all) => note.firstChild.textContent === text || index < all.length - 3)) note.remove()
  const close = () => { clearTimeout(timer); note.remove() }
  const note = el('div', { class: 'toast' }, el('span', {}, text),
    action && el('button', { type: 'button', onclick: () => { close(); action.act() } }, action.label))
  const timer = setTimeout(close, milliseconds)
  // Beside an open dialog nothing can be reached, and in full screen nothing else is seen.
  ;(document.fullscreenElement ?? [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body).append($('toasts'))
  $('toasts').append(note)
  return close
}
