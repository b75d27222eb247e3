// The upscalers of pictures that the server has, for those who choose one.

import { get } from './api.js'
import { el } from './dom.js'

let reading = null

/** `{upscalers: [{name, file, scale}], folders}`; a file may have come since it was asked for last. */
const read = () => reading ??= get('/api/v1/upscalers').finally(() => { reading = null })

/**
 * Puts the upscalers into a list that has others, which stay in front.
 * @returns what the server has: names, and the folders in which it looks for files
 */
export async function offerUpscalers(select, { value = select.value } = {}) {
  const { upscalers, folders } = await read()
  const names = upscalers.map(({ name }) => name).filter(name => name !== 'None')
  for (const option of [...select.options]) if (names.includes(option.value)) option.remove()
  select.append(...names.map(name => el('option', { value: name }, name)))
  // One that is here no more is told when it is sent.
  if (value && ![...select.options].some(option => option.value === value)) select.append(el('option', { value }, value))
  select.value = value
  return { files: upscalers.filter(({ file }) => file).map(({ name }) => name), folders }
}
