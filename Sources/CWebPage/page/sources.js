// Several source pictures, of which one picture each is drawn: taking them, and the strip of them.

import { CallError } from './api.js'
import { el } from './dom.js'
import { fill, values } from './form.js'
import { loadMore } from './more.js'
import { send, sourceAddress, sourceFacts, sourceIDs, take } from './source.js'
import { number, t } from './strings.js'
import { toast } from './toasts.js'

const most = 64 // pictures

/**
 * Draws from several pictures from now on.
 * @param {Blob[]} files
 * @param {object} [options] `adds`: whether those of before stay
 */
export async function beginWithAll(files, { adds = false } = {}) {
  await loadMore()
  const ids = adds ? sourceIDs() : []
  if (ids.length + files.length > most) return toast(t('sources.most', { count: number(ids.length + files.length), most: number(most) }))
  const failed = []
  for (const file of files) {
    try {
      const { id } = await send(file, { name: file.name })
      if (!ids.includes(id)) ids.push(id)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      failed.push(`${file.name}: ${error.message}`)
    }
  }
  if (failed.length) toast(failed.join(' '))
  if (ids.length === (adds ? sourceIDs().length : 0)) return
  const [first] = ids, own = sourceFacts(first)
  // Pictures of other proportions lose less when they are cut than when they are stretched.
  const isOther = id => { const { width, height } = sourceFacts(id); return Math.abs(Math.log(width / height * own.height / own.width)) > 0.01 }
  const cuts = ids.some(isOther) && !values().resize_mode
  take(ids, own, t('sources.taken', { count: ids.length }), { pictures: '1', ...(cuts && { resize_mode: 'crop' }) })
}

/** The strip of all pictures. */
export const strip = el('ul', { class: 'source-strip' })

const remove = id => fill({ source_pictures: sourceIDs().filter(other => other !== id).join() })

/** Shows the pictures, each with a button that removes it; nothing for a single one. */
export function showStrip() {
  const ids = sourceIDs()
  strip.hidden = ids.length < 2
  const shown = strip.hidden ? [] : ids
  if (shown.join() === strip.dataset.ids) return
  strip.dataset.ids = shown.join()
  strip.replaceChildren(...shown.map((id, index) => {
    const name = sourceFacts(id).name ?? t('sources.number', { n: number(index + 1) }), text = t('sources.remove', { name })
    return el('li', {}, el('img', { src: sourceAddress(id), alt: name, title: name, loading: 'lazy', decoding: 'async' }),
      el('button', { type: 'button', title: text, 'aria-label': text, onclick: () => remove(id) }, '×'))
  }))
}
