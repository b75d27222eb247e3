// Fields that are folded away, for sampling, colour grading and latent correction: one table, from which the form has them and
// infotexts are read.

import { $, el } from './dom.js'
import { knows, t } from './strings.js'

/** A number: its name in the API and in infotexts, its range, a step of its arrows, and what it is when nothing is said. */
const number = (name, info, min, max, step, usual = 0) => ({ name, info, min, max, step, usual })
/** A colour, which is never empty: as usual it is not sent. */
const color = (name, info, usual) => ({ name, info, color: usual })
/** A choice of values, the usual one first and empty, each with its key in words-en.js. */
const choice = (name, info, words) => ({ name, info, words })

/** Anything else that is typed. */
const text = (name, info, usual) => ({ name, info, usual, text: true })

const sections = {
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
  for (const { name, info, color = '', words } of Object.values(sections).flat()) {
    const told = [info, ...(others[name] ?? [])].map(key => parameters.get(key)).find(value => value !== undefined)
    // A1111 writes True; the usual value of a choice is the empty one.
    const value = words ? told?.toLowerCase().replace('zero terminal snr', 'true') : told
    fields[name] = words && !words.some(([word]) => word === value) ? '' : value ?? color
  }
  for (const [info, [flag, first, second]] of Object.entries(pairs)) {
    const numbers = parameters.get(info)?.split('/')
    if (numbers?.length === 2) Object.assign(fields, { [flag]: 'true', [first]: numbers[0], [second]: numbers[1] })
  }
  return fields
}

function input({ name, color, words, text, min, max, step, usual }) {
  const word = key => ({ 'data-t': key, textContent: t(key) })
  if (words) return el('select', { id: name, name }, words.map(([value, key]) => el('option', { ...word(key), value })))
  if (text) return el('input', { type: 'text', id: name, name, placeholder: usual, autocomplete: 'off' })
  if (color) return el('input', { type: 'color', id: name, name, value: color, 'data-usual': color })
  return el('input', { type: 'number', id: name, name, min, max, step, inputMode: 'decimal', placeholder: usual })
}

/** Puts the fields into their sections of the form. */
export function addFoldedFields() {
  for (const [section, fields] of Object.entries(sections)) {
    $(section).append(el('div', { class: 'grid' }, fields.map(field => {
      const hint = knows(`${field.name}.hint`) && { 'data-t-hint': `${field.name}.hint`, title: t(`${field.name}.hint`) }
      return el('div', { class: 'field', 'data-field': field.name },
        el('label', { htmlFor: field.name, 'data-t': field.name, ...hint }, t(field.name)), input(field))
    })))
  }
}
