// Texts for the clipboard.

import { el } from './dom.js'
import { toast } from './toasts.js'

/** Copies a text, and says so. */
export async function copyText(text, note) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Pages that come over plain HTTP from another machine have no clipboard of their own.
    const before = document.activeElement
    const field = el('textarea', { value: text })
    ;(document.querySelector('dialog[open]') ?? document.body).append(field)
    field.select()
    document.execCommand('copy')
    field.remove()
    before.focus()
  }
  toast(note)
}
