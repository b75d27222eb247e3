// LoRAs: chosen from a list, and put into the prompt as tags.

import { CallError, get } from './api.js'
import { $, el } from './dom.js'
import { insert } from './prompt.js'
import { openSheet, searchable } from './sheet.js'
import { knows, t } from './strings.js'
import { toast } from './toasts.js'

const escaped = name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Where the prompt names a LoRA; null where it does not. */
const tagOf = name => new RegExp(`,? ?<lora:${escaped(name)}(?::[^>]*)?>`).exec($('prompt').value)

/** Puts a text at the prompt's end. */
function append(text) {
  const { value } = $('prompt')
  insert($('prompt'), value.length, value.length, value && !/[\s,]$/.test(value) ? `, ${text}` : text)
}

function toggle(lora, button) {
  const tag = tagOf(lora.name)
  if (tag) insert($('prompt'), tag.index, tag.index + tag[0].length, '')
  else append(`<lora:${lora.name}:${lora.preferred_weight || 1}>`)
  button.setAttribute('aria-pressed', !tag)
}

function item(lora) {
  const words = lora.activation_text ? [lora.activation_text] : lora.trigger_words.slice(0, 6)
  const button = el('button', { type: 'button', 'aria-pressed': Boolean(tagOf(lora.name)), onclick: () => toggle(lora, button) },
    lora.has_preview && el('img', { src: `/api/v1/loras/${encodeURIComponent(lora.name)}/preview`, alt: '', loading: 'lazy', class: 'preview' }),
    el('strong', {}, lora.name), ' ', el('span', { class: 'note' }, [knows(`lora.family.${lora.family}`) && t(`lora.family.${lora.family}`), lora.notes].filter(Boolean).join(' · ')))
  const triggers = words.length > 0 && el('span', { class: 'chips' }, words.map(word =>
    el('button', { type: 'button', class: 'plain chip', title: t('loras.word'), onclick: () => append(word) }, word)))
  return { text: [lora.name, lora.alias, lora.file, ...lora.trigger_words].filter(Boolean).join(' '), element: el('li', {}, [button, triggers].filter(Boolean)) }
}

/** Opens the list. */
export async function openLoras() {
  let answer
  try {
    answer = await get('/api/v1/loras')
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return toast(error.message)
  }
  openSheet(t('loras'), searchable(answer.loras.map(item), { label: t('loras.search'), empty: t('loras.none', { folders: answer.folders.join(', ') }) }))
}
