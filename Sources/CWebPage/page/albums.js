// The small windows that put pictures into albums, and change an album itself.

import { CallError } from './api.js'
import { el, say } from './dom.js'
import { popUp } from './menu.js'
import { change, changeAlbum, facets, readFacets } from './pictures.js'
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

function small(label, ...content) {
  const element = el('div', { class: 'album-choice', role: 'dialog', 'aria-label': label }, content)
  // Keys mean something else to what lies below.
  element.addEventListener('keydown', event => { if (event.key !== 'Escape') event.stopPropagation() })
  return element
}

/** Opens the window for pictures beside a button. */
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
  const element = small(title, el('p', { class: 'note' }, title), list, form)
  if (popUp(button, element)) (list.querySelector('input') ?? field).focus()
}

/**
 * Opens the window for an album beside a button.
 * @param {function} changed told the album's new name; an empty one when it is deleted
 */
export function editAlbum(button, album, changed) {
  const problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const field = el('input', { value: album, maxLength: longestName, 'aria-label': t('album.name'), autocomplete: 'off' })
  const save = async (name, said) => {
    try {
      await changeAlbum(album, name)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      return say(problem, error.message)
    }
    element.hidePopover()
    changed(name)
    toast(said)
  }
  const form = el('form', {
    class: 'joined',
    onsubmit: event => {
      event.preventDefault()
      const name = field.value.trim()
      if (!name) return field.focus()
      if (name === album) return element.hidePopover()
      save(name, t('album.renamed', { name }))
    },
  }, field, el('button', { type: 'submit' }, t('album.rename')))
  // There is no way back: it asks first.
  const keep = el('button', { type: 'button', onclick: () => element.hidePopover() }, t('album.keep'))
  const ask = () => {
    say(problem)
    element.replaceChildren(el('p', {}, t('album.delete.sure', { name: album })), problem,
      el('div', { class: 'row' }, el('button', { type: 'button', onclick: () => save('', t('album.deleted', { name: album })) }, t('album.delete')), keep))
    keep.focus()
  }
  const element = small(t('album.edit'), form, problem, el('button', { type: 'button', onclick: ask }, t('album.delete.ask')))
  if (popUp(button, element)) field.select()
}
