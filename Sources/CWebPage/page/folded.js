// Fields that are folded away, for source pictures, hires fix, sampling, colour grading and latent correction: one table, from which the form has them and
// infotexts are read.

import { $, el } from './dom.js'
import { knows, t } from './strings.js'

/** A number: its name in the API and in infotexts, its range, a step of its arrows, and what it is when nothing is said. */
const number = (name, info, min, max, step, usual = 0) => ({ name, info, min, max, step, usual })
/** A colour, which is never empty: as usual it is not sent. */
const color = (name, info, usual) => ({ name, info, color: usual })
/** A choice of values, the usual one first and empty, each with its key in words-en.js, and its word in infotexts where that is another. */
const choice = (name, info, words) => ({ name, info, words })

/** Anything else that is typed. */
const text = (name, info, usual) => ({ name, info, usual, text: true })

/** A choice of names, the usual one first; one that is open takes others, too. */
const names = (name, info, names, isOpen = false) => ({ name, info, names, isOpen })
/** A longer text. */
const area = (name, info) => ({ name, info, area: true })
const soft = (name, info, ...range) => number(`soft_${name}`, `Soft inpainting ${info}`, ...range)
const extend = side => number(`extend_${side}`, `Extend ${side}`, 0, 2048, 8)

/** By the ids of their places; several places are one section. */
const sections = {
  'source-main': [
    number('strength', 'Denoising strength', 0, 1, 0.05, ''),
    choice('resize_mode', 'Resize mode', [['', 'resize_mode.just'], ['crop', 'resize_mode.crop'], ['fill', 'resize_mode.fill'], ['latent', 'resize_mode.latent']]),
    choice('fix_steps', 'Fixed steps', [['', 'choice.false'], ['true', 'choice.true']]),
    choice('color_correction', 'Color correction', [['', 'choice.false'], ['true', 'choice.true']]),
  ],
  'source-upscale': [
    choice('upscaling', '', [['', 'choice.false'], ['redraw', 'choice.true']]),
    number('upscale_by', 'Postprocess upscale by', 1, 8, 0.25, 2),
    names('upscaler', 'Postprocess upscaler', ['Lanczos'], true),
    number('tile_overlap', 'SD upscale overlap', 0, 512, 8, 64),
  ],
  'source-mask': [
    number('mask_blur', 'Mask blur', 0, 64, 1, 4),
    choice('masked_content', 'Masked content', [['', 'masked_content.auto'], ['original', 'masked_content.original'], ['fill', 'masked_content.fill'],
      ['noise', 'masked_content.noise', 'latent noise'], ['nothing', 'masked_content.nothing', 'latent nothing']]),
    choice('invert_mask', 'Mask mode', [['', 'invert_mask.false'], ['true', 'invert_mask.true', 'inpaint not masked']]),
    choice('only_masked', 'Inpaint area', [['', 'only_masked.false'], ['true', 'only_masked.true', 'only masked']]),
    number('padding', 'Masked area padding', 0, 256, 4, 32),
    choice('soft_inpainting', 'Soft inpainting enabled', [['', 'choice.false'], ['true', 'choice.true']]),
  ],
  soft: [
    soft('bias', 'schedule bias', 0, 8, 0.1, 1),
    soft('preservation', 'preservation strength', 0, 8, 0.05, 0.5),
    soft('contrast', 'transition contrast boost', 1, 32, 0.5, 4),
    soft('influence', 'mask influence', 0, 1, 0.05),
    soft('threshold', 'difference threshold', 0, 8, 0.25, 0.5),
    soft('threshold_contrast', 'difference contrast', 0, 8, 0.25, 2),
  ],
  'mask-more': [
    choice('mask_round', 'Mask round', [['', 'choice.true'], ['false', 'choice.false']]),
    choice('overlay_original', 'Overlay original', [['', 'choice.true'], ['false', 'choice.false']]),
    number('mask_weight', 'Conditional mask weight', 0, 1, 0.05, 1),
  ],
  'source-more': [
    number('noise_multiplier', 'Noise multiplier', 0, 1.5, 0.01, 1),
    number('extra_noise', 'Extra noise', 0, 1, 0.01),
    choice('posterior', 'Posterior', [['', 'posterior.mean'], ['sample-first', 'posterior.sample']]),
    color('background', 'Background', '#ffffff'),
  ],
  'source-extend': [extend('left'), extend('right'), extend('top'), extend('bottom')],
  'hires-fields': [
    number('hires_scale', 'Hires upscale', 1, 8, 0.25, ''),
    names('hires_upscaler', 'Hires upscaler', ['Latent', 'Latent (antialiased)', 'Latent (bicubic)', 'Latent (bicubic antialiased)', 'Latent (nearest)', 'Latent (nearest-exact)'], true),
    number('hires_width', 'Hires width', 0, 4096, 8, ''),
    number('hires_height', 'Hires height', 0, 4096, 8, ''),
    number('hires_steps', 'Hires steps', 0, 1000, 1, ''),
    names('hires_sampler', 'Hires sampler', ['']),
    names('hires_schedule', 'Hires schedule type', ['']),
    area('hires_prompt', 'Hires prompt'),
    area('hires_negative_prompt', 'Hires negative prompt'),
  ],
  sampling: [
    text('subseed', 'Variation seed', ''),
    number('subseed_strength', 'Variation seed strength', 0, 1, 0.05),
    text('seed_resize_from', `Seed resize from`, '512x512'), // not in quotes, which would read as an import
    number('eta', 'Eta', 0, 1, 0.05, ''),
    number('s_churn', 'Sigma churn', 0, 100, 0.5),
    number('s_tmin', 'Sigma tmin', 0, 10000, 0.1),
    number('s_tmax', 'Sigma tmax', 0, 10000, 0.1),
    number('s_noise', 'Sigma noise', 0, 10, 0.01, 1),
    number('eta_noise_seed_delta', 'ENSD', -2147483648, 2147483647, 1),
    number('solver_order', 'Solver order', 1, 4, 1, ''),
    choice('uni_pc_variant', 'UniPC variant', [['', 'uni_pc_variant.own'], ['bh1', 'uni_pc_variant.bh1'], ['bh2', 'uni_pc_variant.bh2']]),
    choice('uni_pc_lower_order_final', 'UniPC lower order final', [['', 'choice.true'], ['false', 'choice.false']]),
    number('rho', 'Schedule rho', 0, 100, 0.5),
    number('sigma_min', 'Schedule min sigma', 0, 10000, 0.01),
    number('sigma_max', 'Schedule max sigma', 0, 10000, 0.1),
    choice('zero_terminal_snr', 'Noise Schedule', [['', 'choice.false'], ['true', 'choice.true']]),
    choice('always_discard_next_to_last_sigma', 'Discard penultimate sigma', [['', 'choice.false'], ['true', 'choice.true']]),
    number('beta_dist_alpha', 'Beta schedule alpha', 0.01, 100, 0.05, 0.6),
    number('beta_dist_beta', 'Beta schedule beta', 0.01, 100, 0.05, 0.6),
    number('guidance_rescale', 'CFG rescale', 0, 1, 0.05),
    number('cfg_start', 'CFG start', 0, 1, 0.05),
    number('cfg_end', 'CFG end', 0, 1, 0.05, 1),
    number('skip_early_cond', 'Skip Early CFG', 0, 1, 0.05),
    number('s_min_uncond', 'NGMS', 0, 10000, 0.1),
    choice('s_min_uncond_all', 'NGMS all steps', [['', 'choice.false'], ['true', 'choice.true']]),
    choice('vae_decoder', 'VAE Decoder', [['', 'vae_decoder.full'], ['tiny', 'vae_decoder.tiny', 'taesd']]),
  ],
  grading: [
    number('grading_brightness', 'Grading brightness', -1, 1, 0.05),
    number('grading_contrast', 'Grading contrast', -1, 1, 0.05),
    number('grading_saturation', 'Grading saturation', -1, 1, 0.05),
    number('grading_hue', 'Grading hue', -1, 1, 0.05),
    number('grading_gamma', 'Grading gamma', 0.1, 10, 0.1, 1),
    number('grading_sharpness', 'Grading sharpness', 0, 2, 0.05),
    number('grading_color_temp', 'Grading color temp', 1000, 40000, 100, 6500),
    number('grading_shadows', 'Grading shadows', -1, 1, 0.05),
    number('grading_midtones', 'Grading midtones', -1, 1, 0.05),
    number('grading_highlights', 'Grading highlights', -1, 1, 0.05),
    number('grading_clahe_clip', 'Grading clahe clip', 0, 40, 0.25),
    number('grading_clahe_grid', 'Grading clahe grid', 2, 16, 1, 8),
    color('grading_shadows_tint', 'Grading shadows tint', '#000000'),
    color('grading_highlights_tint', 'Grading highlights tint', '#ffffff'),
    number('grading_split_tone_balance', 'Grading split tone balance', 0, 1, 0.05, 0.5),
    number('grading_vignette', 'Grading vignette', 0, 1, 0.05),
    number('grading_grain', 'Grading grain', 0, 1, 0.05),
  ],
  correction: [
    choice('hdr_mode', 'Latent mode', [['', 'hdr_mode.relative'], ['1', 'hdr_mode.absolute']]),
    number('hdr_brightness', 'Latent brightness', -4, 4, 0.05),
    number('hdr_color', 'Latent color', 0, 16, 0.1),
    number('hdr_sharpen', 'Latent sharpen', -4, 4, 0.05),
    choice('hdr_clamp', 'Latent clamp', [['', 'choice.false'], ['true', 'choice.true']]),
    number('hdr_boundary', 'Latent range', 0, 10, 0.1, 4),
    number('hdr_threshold', 'Latent threshold', 0, 1, 0.01, 0.95),
    choice('hdr_maximize', 'Latent maximize', [['', 'choice.false'], ['true', 'choice.true']]),
    number('hdr_max_center', 'Latent center', 0, 2, 0.1, 0.6),
    number('hdr_max_boundary', 'Latent max range', 0.5, 2, 0.1, 1),
    color('hdr_color_picker', 'Latent tint color', '#000000'),
    number('hdr_tint_ratio', 'Latent tint', -4, 4, 0.05),
  ],
}

/** Other names in infotexts, by fields. */
const others = { eta: ['Eta DDIM'], solver_order: ['UniPC order'], guidance_rescale: ['Guidance rescale', 'CFG Rescale phi'] }

/** Parts of a correction that SD.Next tells of by two numbers, and only when they are on: `Latent clamp: 0.95/4.0`. */
const pairs = {
  'Latent clamp': ['hdr_clamp', 'hdr_threshold', 'hdr_boundary'], 'Latent max': ['hdr_maximize', 'hdr_max_center', 'hdr_max_boundary'],
}

/** The fields by name, as an infotext has them; those that it does not tell of are as usual. */
export function foldedFieldsOf(parameters) {
  const fields = {}
  for (const { name, info, color, words, names } of Object.values(sections).flat()) {
    const told = [info, ...(others[name] ?? [])].map(key => parameters.get(key)).find(value => value !== undefined)
    // A1111 writes True; the usual value of a choice is the empty one.
    const value = words ? told?.toLowerCase().replace('zero terminal snr', 'true') : told
    fields[name] = words ? words.find(([word, , meant = word]) => meant === value)?.[0] ?? '' : value ?? color ?? names?.[0] ?? ''
  }
  for (const [info, [flag, first, second]] of Object.entries(pairs)) {
    const numbers = parameters.get(info)?.split('/')
    if (numbers?.length === 2) Object.assign(fields, { [flag]: 'true', [first]: numbers[0], [second]: numbers[1] })
  }
  const size = parameters.get('Hires resize')?.match(/^(\d+)x(\d+)$/)
  if (size) [, fields.hires_width, fields.hires_height] = size
  // Otherwise the picture was enlarged after it was drawn.
  if (parameters.has('SD upscale overlap')) fields.upscaling = 'redraw'
  return fields
}

const hinted = key => ({ 'data-t-placeholder': key, placeholder: t(key) })

function input({ name, color, words, names, isOpen, area, text, min, max, step, usual }) {
  const word = key => ({ 'data-t': key, textContent: t(key) })
  if (words) return el('select', { id: name, name }, words.map(([value, key]) => el('option', { ...word(key), value })))
  if (names) return el('select', { id: name, name, 'data-usual': names[0], 'data-open': isOpen }, names.map(value => el('option', { value, ...(!value && word('hires.same')) }, value || t('hires.same'))))
  if (area) return el('textarea', { id: name, name, rows: 1, class: 'growing', spellcheck: false, ...hinted('hires.same') })
  if (text) return el('input', { type: 'text', id: name, name, placeholder: usual, autocomplete: 'off' })
  if (color) return el('input', { type: 'color', id: name, name, value: color, 'data-usual': color })
  return el('input', { type: 'number', id: name, name, min, max, step, inputMode: 'decimal', placeholder: usual })
}

/** Gives fields their hints, as far as the words are there. */
export function addHints() {
  for (const label of document.querySelectorAll('#form [data-field] label[data-t]:not([data-t-hint])')) {
    const key = `${label.dataset.t}.hint`
    if (knows(key)) Object.assign(label, { title: t(key) }).dataset.tHint = key
  }
}

/** Puts the fields into their sections of the form. */
export function addFoldedFields() {
  for (const [section, fields] of Object.entries(sections)) {
    $(section).append(el('div', { class: 'grid' }, fields.map(field => {
      return el('div', { class: field.area ? 'field whole' : 'field', 'data-field': field.name },
        el('label', { htmlFor: field.name, 'data-t': field.name }, t(field.name)), input(field))
    })))
  }  addHints()
}
