// Styles: texts that are added to the prompts, chosen from a list and shown as chips.

import { CallError, call, get } from './api.js'
import { $, el } from './dom.js'
import { loadMore } from './more.js'
import { openSheet, searchable } from './sheet.js'
import { languageChanged, t } from './strings.js'
import { toast } from './toasts.js'

/** `{name, prompt, negative_prompt}` */
let known = []
let chosen = []

export const chosenStyles = () => [...chosen]

/** Reads what there is anew: files may have come while the server runs. */
export async function readStyles() {
  known = (await get('/api/v1/prompt/words')).styles
}

export function chooseStyles(names) {
  chosen = [...new Set(names)]
  show()
}

function change(names) {
  chooseStyles(names)
  $('form').dispatchEvent(new Event('input', { bubbles: true }))
}

function show() {
  const chips = chosen.map(name => {
    const style = known.find(style => style.name === name)
    return el('span', { class: 'chip', title: style ? [style.prompt, style.negative_prompt && `− ${style.negative_prompt}`].filter(Boolean).join('\n') : t('styles.unknown') }, name,
      el('button', { type: 'button', 'aria-label': t('styles.remove', { name }), onclick: () => { change(chosen.filter(other => other !== name)); $('styles-add').focus() } }, '×'))
  })
  $('styles').replaceChildren(...chips, $('styles-add'), $('loras-add'))
}

async function open() {
  try {
    await readStyles()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
  const items = known.map(({ name, prompt, negative_prompt: negative }) => {
    const button = el('button', { type: 'button', 'aria-pressed': chosen.includes(name), onclick: () => {
      change(chosen.includes(name) ? chosen.filter(other => other !== name) : [...chosen, name])
      button.setAttribute('aria-pressed', chosen.includes(name))
    } }, el('strong', {}, name), ' ', el('span', { class: 'note' }, [prompt, negative && `− ${negative}`].filter(Boolean).join(' ')))
    return { text: `${name} ${prompt} ${negative}`, element: el('li', {}, button) }
  })
  const name = el('input', { type: 'text', id: 'style-name', autocomplete: 'off' })
  openSheet(t('styles'), searchable(items, { label: t('styles.search'), empty: t('styles.none') }),
    el('form', { class: 'row', onsubmit: event => { event.preventDefault(); save(name.value.trim()) } },
      el('label', { htmlFor: 'style-name' }, t('styles.save')), name, el('button', { type: 'submit' }, t('save'))))
}

/** Keeps the prompts at hand as a style, in the server's file. */
async function save(name, replace = false) {
  if (!name) return
  try {
    await call('POST', '/api/v1/styles', { name, prompt: $('prompt').value, negative_prompt: $('negative_prompt').value, replace })
    toast(t('styles.saved', { name }))
    open()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message, error.status === 409 ? { label: t('replace'), act: () => save(name, true) } : undefined)
  }
}

export function startStyles() {
  $('styles-add').addEventListener('click', open)
  $('loras-add').addEventListener('click', () => {
    loadMore().then(() => import('./loras.js')).then(({ openLoras }) => openLoras()).catch(() => toast(t('offline')))
  })
  languageChanged.listen(show)
  show()
}
