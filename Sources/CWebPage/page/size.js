// The picture's size: a ratio and a scale of the model's own size, or any numbers.

import { $, el } from './dom.js'
import { fill } from './form.js'
import { currentModel } from './server.js'
import { t } from './strings.js'

const ratios = ['1:1', '3:4', '2:3', '9:16', '4:3', '3:2', '16:9']
const scales = { small: 0.75, medium: 1, large: 1.5 }
let ratio = '1:1', scale = 'medium'

/** Width and height of a ratio at a scale, in pixels. */
function sizeOf(ratio, scale) {
  const { native_size: side = 512, native_sizes = [], size_multiple = 8 } = currentModel() ?? {}
  const [x, y] = ratio.split(':').map(Number), multiple = Math.max(size_multiple ?? 8, 8)
  const round = value => Math.max(multiple, Math.round(value / multiple) * multiple)
  // A model that was trained on several sizes draws those best.
  if (native_sizes.length > 1) {
    const distance = ([w, h]) => Math.abs(Math.log(w / h * y / x))
    const [w, h] = native_sizes.map(size => size.split('x').map(Number)).sort((a, b) => distance(a) - distance(b))[0]
    return [round(w * scales[scale]), round(h * scales[scale])]
  }
  const short = (side ?? 512) * scales[scale]
  return [round(short * Math.max(1, x / y)), round(short * Math.max(1, y / x))]
}

const setSize = (width, height) => fill({ width: String(width), height: String(height) })

/** Shows which ratio and scale the numbers are, if any. */
export function showSize() {
  const [width, height] = ['width', 'height'].map(name => Number($(name).value))
  let found = null
  for (const r of ratios) {
    for (const s of Object.keys(scales)) {
      const [w, h] = sizeOf(r, s)
      if (w === width && h === height && !(found && found[1] === 'medium')) found = [r, s]
    }
  }
  if (found) [ratio, scale] = found
  for (const button of $('ratios').children) button.setAttribute('aria-pressed', Boolean(found) && button.value === ratio)
  for (const button of $('scales').children) {
    button.setAttribute('aria-pressed', Boolean(found) && button.value === scale)
    button.title = sizeOf(ratio, button.value).join('×')
    button.setAttribute('aria-label', `${t(`size.${button.value}`)}, ${button.title}`)
  }
  for (const name of ['original_size', 'target_size']) $(name).placeholder = `${$('width').value}x${$('height').value}`
}

export function startSize() {
  $('ratios').append(...ratios.map(value => el('button', { type: 'button', value, onclick: () => { ratio = value; setSize(...sizeOf(ratio, scale)) } },
    el('span', { class: `shape shape-${value.replace(':', '-')}`, 'aria-hidden': 'true' }), value)))
  $('scales').append(...Object.keys(scales).map(value => el('button', { type: 'button', value, onclick: () => { scale = value; setSize(...sizeOf(ratio, scale)) } }, value[0].toUpperCase())))
  $('swap').addEventListener('click', () => setSize($('height').value, $('width').value))
  for (const name of ['width', 'height']) $(name).addEventListener('input', showSize)
}
