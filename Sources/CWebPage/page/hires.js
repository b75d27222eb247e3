// Hires fix: a second pass at a larger size. Its fields come from folded.js.

import { $, el } from './dom.js'
import { fill } from './form.js'
import { hasSource } from './source.js'
import { t } from './strings.js'

const scales = ['', '1.5', '2', '3']

const valueOf = name => ($(name).value.trim() === '0' ? '' : $(name).value.trim())
const hasSize = () => valueOf('hires_width') !== '' || valueOf('hires_height') !== ''
export const hasHires = () => valueOf('hires_scale') !== '' || hasSize()

/** The size of the finished picture, as far as it is said. */
function finalSize() {
  const [w, h] = ['width', 'height'].map(name => Number($(name).value))
  const [width, height] = ['hires_width', 'hires_height'].map(name => Number(valueOf(name)))
  const round = value => Math.floor(value / 8) * 8
  if (width && height) return `${width}×${height}`
  const scale = width ? width / w : height ? height / h : Number(valueOf('hires_scale'))
  return w && h && scale ? `${width || round(w * scale)}×${height || round(h * scale)}` : ''
}

/** Folded, the section says what is in it. */
export function hiresGist() {
  if (!hasHires()) return t('hires.off')
  const strength = $('strength').value || $('strength').placeholder
  const parts = [!hasSize() && `${valueOf('hires_scale')}×`, finalSize(), $('hires_upscaler').value, t('strength.short', { strength })]
  return parts.filter(Boolean).join(' · ')
}

function show() {
  const isOn = hasHires()
  $('hires-fields').classList.toggle('is-off', !isOn)
  for (const button of $('hires-scales').children) {
    button.setAttribute('aria-pressed', !hasSize() && button.value === valueOf('hires_scale'))
  }
  $('hires-size').textContent = isOn ? t('hires.size', { size: finalSize() }) : ''
  // One strength is that of both, and stands where it is looked for.
  const place = hasSource() ? $('source-main').firstChild : $('hires-fields').firstChild
  if (place && $('strength').closest('.grid') !== place) place.prepend($('strength').closest('.field'))
}

export function startHires() {
  $('hires-scales').append(...scales.map(value => el('button', {
    type: 'button', value, 'aria-pressed': 'false', onclick: () => fill({ hires_scale: value, hires_width: '', hires_height: '' }),
    ...(!value && { 'data-t': 'hires.off' }),
  }, value ? `${value}×` : t('hires.off'))))
  $('form').addEventListener('input', show)
  $('hires').addEventListener('toggle', () => { if ($('hires').open) import('./upscalers.js').then(({ offerUpscalers }) => offerUpscalers($('hires_upscaler'))).catch(() => {}) })
  show()
}
