// What A1111, SD.Next and Easel write into a picture's file: how it was made.

import { foldedFieldsOf } from './folded.js'

const pair = /\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/g

function pairs(line) {
  const found = new Map()
  for (const [, key, value] of line.matchAll(pair)) {
    let text = value.trim()
    if (text.startsWith('"')) try { text = JSON.parse(text) } catch { /* it only looks like JSON */ }
    found.set(key, text)
  }
  return found
}

/**
 * Takes the text apart.
 * @returns {{prompt: string, negativePrompt: string, parameters: Map<string, string>} | null} null for a text that is something else
 */
export function parseInfotext(text) {
  const lines = text.trim().split(/\r?\n/).map(line => line.trim())
  const parameters = pairs(lines.pop() ?? '')
  // Weights and schedules in a prompt look like pairs, too.
  if (parameters.size < 3 || !parameters.has('Steps')) return null
  const border = lines.findIndex(line => line.startsWith('Negative prompt:'))
  const end = border < 0 ? lines.length : border
  return {
    prompt: lines.slice(0, end).join('\n').trim(),
    negativePrompt: lines.slice(end).join('\n').replace(/^Negative prompt:\s*/gm, '').trim(),
    parameters,
  }
}

/** How the prompt's schedules counted: as the text says, or as the program counts that wrote it; Forge is A1111 in this. */
function countingOf(parameters) {
  const named = parameters.get('Schedule counting')?.toLowerCase()
  if (named === 'a1111' || named === 'sdnext') return named
  return parameters.get('App') !== 'SD.Next' && /^(f[\d.]+)?v\d/.test(parameters.get('Version') ?? '') ? 'a1111' : 'sdnext'
}

/** How clip skip counted: A1111 writes the state of its checkbox, Easel the rule's name. */
function clipSkipRuleOf(parameters) {
  const told = parameters.get('Clip skip SDXL') ?? ''
  return told === 'True' ? 'a1111-l' : told === 'False' ? '' : told
}

/** The edges that fit together: A1111 writes the state of its checkbox, Easel an axis as well. */
function tilingOf(parameters) {
  const told = parameters.get('Tiling') ?? ''
  return told === 'True' ? 'both' : told === 'False' ? '' : told
}

/** Samplers of SD.Next that are another algorithm than A1111's of the same name. */
const diffusersNames = {
  UniPC: 'UniPC bh2', ...Object.fromEntries(['DDIM', 'DPM++ 2M', 'DPM++ 2M SDE', 'LCM'].map(name => [name, `${name} (diffusers)`])),
}

/** The form's fields by name, as far as an infotext tells of them. */
export function fieldsOf({ prompt, negativePrompt, parameters }) {
  const fields = {
    prompt, negative_prompt: negativePrompt, batch_size: '1', runs: '1', clip_skip: parameters.get('Clip skip') ?? '1',
    // A1111 says nothing where it drew on a GPU.
    noise: parameters.get('RNG') === 'CPU' ? 'torch' : 'philox',
    schedule_counting: countingOf(parameters), tiling: tilingOf(parameters),
    original_size: parameters.get('Original size') ?? '', target_size: parameters.get('Target size') ?? '',
    crop_top_left: parameters.get('Crop top left') ?? '', clip_skip_sdxl: clipSkipRuleOf(parameters),
    ...foldedFieldsOf(parameters),
  }
  const names = { steps: 'Steps', cfg_scale: 'CFG scale', seed: 'Seed', sampler: 'Sampler', schedule: 'Schedule type' }
  for (const [field, name] of Object.entries(names)) if (parameters.has(name)) fields[field] = parameters.get(name)
  if (parameters.get('App') === 'SD.Next') fields.sampler = diffusersNames[fields.sampler] ?? fields.sampler
  const size = parameters.get('Size')?.match(/^(\d+)x(\d+)$/)
  if (size) [, fields.width, fields.height] = size
  return fields
}

/**
 * The model that an infotext means: by its hash, for files are renamed, and then by its name.
 * @returns {{model?: string, note?: {key: string, values: object}}} its name, or a hash that the server has to look for; what is to be told
 */
export function modelOf(parameters, models) {
  const [name, hash] = [parameters.get('Model'), parameters.get('Model hash')?.toLowerCase()]
  if (!name && !hash) return {}
  const isHash = /^[0-9a-f]{8,64}$/.test(hash ?? '')
  const named = models.find(model => model.name === name) ?? models.find(model => model.name.split('/').pop() === name)
  const hashed = isHash ? models.filter(({ sha256 }) => sha256?.startsWith(hash)) : []
  if (hashed.length) return { model: hashed.includes(named) ? named.name : hashed[0].name }
  if (named) return { model: named.name, ...(hash && named.sha256 && { note: { key: 'fill.hash', values: { model: named.name, hash } } }) }
  if (isHash && models.some(({ sha256 }) => !sha256)) return { model: hash }
  return { note: { key: 'fill.model', values: { model: name ?? hash } } }
}
