// What a picture was made from, in the order in which one asks for it, and in words of the page's language.

import { parseInfotext } from './infotext.js'
import { facets } from './pictures.js'
import { moment, named, t } from './strings.js'

/** Those that stand in one line below the prompt. */
const first = ['Seed', 'Size', 'Sampler', 'Steps', 'Model']
const longestName = 60 // letters of a prompt in a file's name

const read = new WeakMap()

/** The parameters in a picture's file, by their English names. Seeds have more digits than numbers here: the text has them all. */
export function parametersOf(picture) {
  if (!read.has(picture)) {
    const written = parseInfotext(picture.infotext ?? '')?.parameters ?? new Map()
    const { seed, width, height, model } = picture
    // The size that is written may be that before the picture was enlarged.
    read.set(picture, new Map([['Seed', String(seed)], ['Model', model], ...written, ['Size', `${width}x${height}`]]))
  }
  return read.get(picture)
}

export const nameOf = parameter => named('parameter', parameter)
export const titleOf = ({ prompt }) => prompt?.trim() || t('job.noPrompt')

/** Name and value of what most ask for. */
export function firstFacts(picture) {
  const parameters = parametersOf(picture)
  const valueOf = name => (name === 'Sampler' ? [name, 'Schedule type'] : [name]).map(key => parameters.get(key)).filter(Boolean).join(' ')
  return first.map(name => [name, valueOf(name)]).filter(([, value]) => value)
}

const components = { text: 'text_encoder', unet: 'unet', vae: 'vae' }
/** A value that has one for each component, `text CPU, unet CPU, vae CPU`, with the names that the page has for them. */
const ofParts = value => (/^text \S+, unet /.test(value) ? value.replace(/\b(text|unet|vae)\b/g, name => t(`component.${components[name]}`)) : value)

/** Name, in the page's language, and value of all else. */
export function otherFacts(picture) {
  const others = [...parametersOf(picture)].filter(([name]) => !first.includes(name) && name !== 'Schedule type')
  return [
    ...others.map(([name, value]) => [nameOf(name), ofParts(value)]), [t('picture.made'), moment(picture.created_at)],
    ...(picture.file ? [[t('picture.file'), [facets?.folder, picture.file].filter(Boolean).join('/')]] : []),
  ]
}

/** `4063967448 · 512×768 · Euler a · 20 steps · anything-v5` */
export const factLine = picture => firstFacts(picture).map(([name, value]) => shortly(name, value)).join(' · ')

/** A value that is understood without its name. */
export function shortly(name, value) {
  return name === 'Size' ? value.replace('x', '×') : name === 'Steps' ? t('facts.steps', { n: value }) : value
}

/** What a downloaded file is called: `4063967448-cat-face.png`. Weights of words are left out. */
export function fileName(picture) {
  const text = titleOf(picture).replace(/:[\d.]+(?=[)>\]])/g, '').normalize('NFC').toLowerCase()
  const words = text.match(/[\p{L}\p{N}]+/gu)?.join('-').slice(0, longestName).replace(/-$/, '')
  return `${[parametersOf(picture).get('Seed'), words].filter(Boolean).join('-')}.png`
}

/** Names and values that two pictures do not share: `[name, first, second]`. */
export function differences(one, other) {
  const told = [one, other].map(picture => new Map([
    ['Prompt', picture.prompt ?? ''], ['Negative prompt', picture.negative_prompt ?? ''], ...parametersOf(picture),
  ]))
  const names = [...new Set(told.flatMap(parameters => [...parameters.keys()]))]
  return names.map(name => [name, ...told.map(parameters => parameters.get(name) ?? '')]).filter(([, a, b]) => a !== b)
}
