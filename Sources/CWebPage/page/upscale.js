// A picture made larger: by how much and with what is asked in a small window; the result is shown like any other, and compared.

import { CallError } from './api.js'
import { el, say } from './dom.js'
import { draw } from './form.js'
import { jobEnded } from './jobs.js'
import { keep, readKept } from './kept.js'
import { closeSheet, openSheet } from './sheet.js'
import { beginWithPicture, fetchFile, send } from './source.js'
import { t } from './strings.js'
import { toast } from './toasts.js'
import { offerUpscalers } from './upscalers.js'

const stored = 'easel.upscale'
const largestSide = 16384 // pixels

/** Source pictures of jobs that were begun here. */
const sources = new Map()

/** The size of the result, as the server has it: multiples of 8, and exact where it is said; null while it is not. */
function resultSize({ width, height }, { scale, wanted }) {
  const fit = side => Math.floor(side / 8 + 1e-9) * 8 || Math.max(1, Math.floor(side))
  if (scale) return { width: fit(width * scale), height: fit(height * scale) }
  if (wanted.width && !wanted.height) return { width: wanted.width, height: fit(wanted.width * height / width) }
  if (wanted.height && !wanted.width) return { width: fit(wanted.height * width / height), height: wanted.height }
  return wanted.width ? wanted : null
}

/**
 * Asks how a picture is to be enlarged, and has it done.
 * @param {{url: string, width: number, height: number, name: string, source?: string}} picture `source`: its id, when it is one to begin with
 * @param {function} show brings the stage to the front, and then calls what it is given
 */
export function openUpscale(picture, show = then => then()) {
  const kept = readKept(stored, {})
  let scale = kept.scale ?? 2
  const method = el('select', { id: 'upscale-method' })
  const side = name => el('input', {
    type: 'number', id: `upscale-${name}`, min: 1, max: largestSide, inputMode: 'numeric', placeholder: picture[name] * 2, oninput: tell,
  })
  const [width, height] = ['width', 'height'].map(side)
  const sizes = el('div', { class: 'grid' },
    [[width, 'width'], [height, 'height']].map(([input, name]) => el('div', { class: 'field' }, el('label', { htmlFor: input.id }, t(name)), input)))
  const segment = (value, text) => el('button', { type: 'button', value, onclick: () => { scale = value; tell() } }, text)
  const segments = el('div', { class: 'segments', role: 'group', 'aria-label': t('upscale.how') },
    segment(2, '2×'), segment(4, '4×'), segment(0, t('upscale.size')))
  const result = el('p', { class: 'note', role: 'status' }), problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const where = el('p', { class: 'note', hidden: true })
  const go = el('button', { type: 'submit', class: 'primary' }, t('upscale.go'))

  function tell() {
    for (const button of segments.children) button.setAttribute('aria-pressed', Number(button.value) === scale)
    sizes.hidden = scale > 0
    const size = resultSize(picture, { scale, wanted: { width: Number(width.value), height: Number(height.value) } })
    result.textContent = `${picture.width}×${picture.height}${size ? ` → ${size.width}×${size.height}` : ''}`
    go.disabled = !size
  }

  /** What of the request says how large it becomes, and with what. */
  const choice = () => ({
    upscaler: method.value,
    ...(scale ? { upscale_by: scale } : { ...(width.value && { upscale_width: width.value }), ...(height.value && { upscale_height: height.value }) }),
  })

  async function begin(event) {
    event.preventDefault()
    keep(stored, { scale, upscaler: method.value })
    go.disabled = true
    say(problem)
    try {
      const source = picture.source ?? await sent(picture)
      sources.set(await draw({ upscaling: 'plain', source_pictures: [source], ...choice() }), source)
      closeSheet()
      show(() => {})
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      say(problem, error.message)
      go.disabled = false
    }
  }

  /** Draws it anew at that size, in the form, where there is more to choose. */
  function redraw() {
    const { upscale_by = 2, upscaler } = choice()
    closeSheet()
    show(() => beginWithPicture(picture, picture.name, {
      upscaling: 'redraw', upscale_by: String(upscale_by), upscaler, strength: '0.35', mask: '',
      ...(picture.prompt && { prompt: picture.prompt, negative_prompt: picture.negative_prompt ?? '' }),
    }))
  }

  openSheet(t('upscale'), el('form', { class: 'upscale', noValidate: true, onsubmit: begin },
    el('div', { class: 'thumb' }, el('img', { src: picture.url, alt: picture.name })),
    el('div', { class: 'row' }, segments, result), sizes,
    el('div', { class: 'field' }, el('label', { htmlFor: method.id }, t('upscaler')), method), where,
    problem, el('div', { class: 'row' }, go, !picture.source && el('button', { type: 'button', onclick: redraw }, t('upscale.redraw'))),
    !picture.source && el('p', { class: 'note' }, t('upscale.redraw.hint'))))
  tell()
  fillMethods().catch(error => { if (!(error instanceof CallError)) throw error; say(problem, error.message) })

  async function fillMethods() {
    const { files, folders } = await offerUpscalers(method, { value: '' })
    const known = [...method.options].map(({ value }) => value)
    // A network draws edges that others only soften.
    method.value = known.includes(kept.upscaler) ? kept.upscaler : files[0] ?? 'Lanczos'
    if (files.length === 0) say(where, t('upscale.where', { folder: folders.at(-1) ?? '' }))
  }
}

/** The id of a picture of the gallery, sent to begin with. */
async function sent({ url, name }) {
  const file = await fetchFile(url)
  if (!file) throw new CallError({ message: t('picture.gone') })
  return (await send(file, { name, url })).id
}

jobEnded.listen(({ id, state, pictures }) => {
  const source = sources.get(id), [picture] = pictures ?? []
  if (!source || !picture || state !== 'done') return
  toast(t('upscale.done'), { label: t('upscale.compare'), act: () => { location.hash = `#/compare/input-${source}/${picture.id}` } }, 20000)
})
