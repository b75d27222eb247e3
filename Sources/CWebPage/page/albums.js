// The small window that puts pictures into albums.

import { CallError } from './api.js'
import { el } from './dom.js'
import { popUp } from './menu.js'
import { change, facets, readFacets } from './pictures.js'
import { number, t } from './strings.js'
import { toast } from './toasts.js'

const longestName = 100 // letters

async function put(pictures, what) {
  try {
    await change(pictures, what)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

/** An album with a tick: all of the pictures are in it, none, or some. */
function choice(name, pictures) {
  const count = pictures.filter(({ albums }) => albums?.includes(name)).length
  const box = el('input', {
    type: 'checkbox', checked: count === pictures.length,
    onchange: () => put(pictures, box.checked ? { add_album: name } : { remove_album: name }),
  })
  box.indeterminate = count > 0 && count < pictures.length
  return el('label', { class: 'check' }, box, el('span', {}, name))
}

/** Opens it beside a button. */
export async function chooseAlbums(button, pictures) {
  if (!facets) await readFacets()
  const names = new Set([...(facets?.albums ?? []).map(({ name }) => name), ...pictures.flatMap(({ albums }) => albums ?? [])])
  const list = el('div', { class: 'albums' }, [...names].map(name => choice(name, pictures)))
  const field = el('input', { maxLength: longestName, 'aria-label': t('album.new'), placeholder: t('album.new'), autocomplete: 'off' })
  const form = el('form', {
    class: 'joined',
    onsubmit: async event => {
      event.preventDefault()
      const name = field.value.trim()
      if (!name) return field.focus()
      await put(pictures, { add_album: name })
      element.hidePopover()
      toast(t('album.put', { count: pictures.length, name }))
    },
  }, field, el('button', { type: 'submit' }, t('album.add')))
  const title = t('album.for', { count: number(pictures.length) })
  const element = el('div', { class: 'album-choice', role: 'dialog', 'aria-label': title }, el('p', { class: 'note' }, title), list, form)
  // They mean something else to what lies below.
  element.addEventListener('keydown', event => { if (event.key !== 'Escape') event.stopPropagation() })
  if (popUp(button, element)) (list.querySelector('input') ?? field).focus()
}
