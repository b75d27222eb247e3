// Calls of the server's own API.

import { knows, named, number, percent, t } from './strings.js'

/** Why a call was not answered as wanted, in the page's language as far as it has words for it; and the field that it is about. */
export class CallError extends Error {
  constructor({ status = 0, code = 'offline', field = null, message, reason, values }) {
    super(worded({ message, reason, values, field }))
    Object.assign(this, { status, code, field, reason, values })
  }
}

const label = field => { const key = [`field.${field}`, field, `setting.${field}`].find(knows); return key ? t(key) : field }
/** Values that are names of other things. */
const share = value => (typeof value === 'number' ? percent(value) : value)
const meanings = {
  with: label, field: label, fields: label, component: name => named('component', name), response: name => t(`remedy.${name}`),
  error: share, bound: share, baseline: share, detail: words => `“${words}”`, // the server's or a system's own, in English
}

/** An error, or another `kind` of reason, in the page's language: by its name where there are words for it, else as the server says it. */
export function worded({ message, reason, values = {}, field }, kind = 'error') {
  const key = `${kind}.${reason}`
  if (!reason || !knows(key)) return message
  const text = (value, meaning) => (Array.isArray(value) ? value.map(one => text(one, meaning)).join(t(kind === 'error' ? 'error.or' : 'list.comma'))
    : meaning ? meaning(value) : typeof value === 'number' ? number(value, 4) : String(value ?? ''))
  // A kind says more than the detail, which is in English.
  const kindOf = `kind.${values.kind}`
  const shown = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value, meanings[key])]))
  return t(key, { name: field && label(field), message, ...shown, ...(knows(kindOf) && { detail: t(kindOf, shown) }) })
}

async function refusal(response) {
  const body = await response.json().catch(() => ({}))
  // A1111's routes word it in their own shape.
  const { code, field, message, reason, values } = body.error?.message ? body.error : { code: body.error, field: body.field, message: body.detail }
  return new CallError({ status: response.status, code, field, reason, values, message: message ?? `${response.status} ${response.statusText}` })
}

/**
 * @param {string} path beginning with `/`
 * @param {*} [body] sent as JSON, or as it is when it is a file
 * @throws {CallError}
 */
export async function call(method, path, body, { headers = {}, ...options } = {}) {
  let response
  const isFile = body instanceof Blob
  try {
    response = await fetch(path, {
      method, ...options,
      headers: body === undefined ? headers : { 'Content-Type': isFile ? 'application/octet-stream' : 'application/json', ...headers },
      body: body === undefined || isFile ? body : JSON.stringify(body),
    })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new CallError({ message: t('offline') })
  }
  // The session is over, or the server has started anew. The form keeps the view's address.
  if (response.status === 401) location.assign(`/login${location.hash}`)
  if (!response.ok) throw await refusal(response)
  return response.json().catch(() => { throw new CallError({ message: t('offline') }) })
}

export const get = path => call('GET', path)

/** Sends a picture to begin with. @returns its id, `width`, `height`, and `parameters`, the text that says how it was made */
export const upload = file => call('POST', '/api/v1/inputs', file)

/** Submits a job; one whose answer was lost is submitted again without being drawn twice. */
export async function submit(job) {
  // `crypto.randomUUID` is for pages from https and localhost only.
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
  const send = () => call('POST', '/api/v1/jobs', job, { headers: { 'Idempotency-Key': key } })
  try {
    return await send()
  } catch (error) {
    if (error.code !== 'offline') throw error
    return send()
  }
}
