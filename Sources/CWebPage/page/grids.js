// Grids: the recipe with each combination of the values of one to three fields, and the labelled sheet of all. Loaded when one is drawn.

import { call, CallError, get, worded } from './api.js'
import { $, el } from './dom.js'
import { optionOf } from './form.js'
import { expectJob } from './jobs.js'
import { loadMore } from './more.js'
import { addGroup, listed } from './several.js'
import { sendAgain } from './source.js'
import { choose } from './stage.js'
import { openSheet } from './sheet.js'
import { t } from './strings.js'

/** The fields that are lists, the last first: it makes the columns. With what the API is sent for each value, and what is shown for it. */
function axes() {
  return listed().reverse().map(({ name, label, texts }) => {
    const field = $(name)
    const values = texts.map(text => {
      if (field.tagName !== 'SELECT') {
        if (!Number.isFinite(Number(text))) throw new CallError({ field: name, message: t('several.number', { value: text }) })
        return { value: text }
      }
      const option = optionOf(field, text)
      if (!option) throw new CallError({ field: name, message: t('several.unknown', { value: text }) })
      return { value: option.value, label: option.text }
    })
    if (!values.length) throw new CallError({ field: name, message: t('several.empty') })
    return { name, label, values }
  })
}

/**
 * Has a recipe drawn with all values of the fields that are lists.
 * @param {object} job as `POST /api/v1/jobs` takes it
 * @param {object} [options] as `draw` has them
 * @returns {Promise<string[]>} ids of the jobs
 * @throws {CallError} for a value that cannot be
 */
export async function startGrid(job, { keepsView = false } = {}) {
  await loadMore()
  const lines = axes()
  if (!keepsView) choose(null)
  const request = { ...job }
  for (const { name } of lines) delete request[name]
  const send = () => call('POST', '/api/v1/grids', { axes: lines.map(({ name, values }) => ({ field: name, values: values.map(({ value }) => value) })), request })
  const grid = await send().catch(async error => {
    // The server keeps pictures for an hour.
    if (error.reason !== 'missing_input' || !await sendAgain()) throw error
    return send()
  })
  // Seeds that were left open are known now.
  const shown = lines.map(({ label, values }, at) => ({ label, values: values.map(({ label }, index) => label ?? grid.axes[at].values[index]) }))
  const jobs = grid.cells.map(({ job }) => job)
  addGroup({ id: grid.id, axes: shown, jobs })
  grid.cells.forEach(({ job, values }) => {
    const own = Object.fromEntries(lines.map(({ name }, at) => [name, values[at]]))
    expectJob({ ...request, ...own }).arrived(job)
  })
  return jobs
}

export const sheetOf = ({ id }) => `/api/v1/grids/${id}/sheet.png`

/** Shows the labelled sheet as it is now. */
export async function viewGrid(grid) {
  await loadMore()
  const image = el('img', { class: 'grid-sheet', src: sheetOf(grid), alt: t('grid.alt', { axes: grid.axes.map(({ label }) => label).join(', ') }) })
  image.addEventListener('error', async () => {
    const reason = await call('GET', sheetOf(grid)).catch(error => error.message)
    image.replaceWith(el('p', { class: 'error', role: 'alert' }, typeof reason === 'string' ? reason : t('offline')))
  })
  const notes = el('div')
  get(`/api/v1/grids/${grid.id}`).then(({ notices }) => notes.append(...notices.map(notice => el('p', { class: 'note' }, worded(notice, 'notice'))))).catch(() => {})
  // A large one fits at first; a click shows each pixel.
  const resize = () => image.classList.toggle('exact')
  openSheet(t('grid.title'), el('p', {}, el('a', { class: 'button', href: sheetOf(grid), download: `easel-grid-${grid.id.slice(0, 12)}.png` }, t('grid.save'))), notes, el('div', { class: 'grid-frame', tabIndex: 0, onclick: resize }, image))
}
