// Pictures that come in by dropping, pasting or choosing a file: the recipe takes their settings, or begins with them.

import { CallError, upload } from './api.js'
import { $ } from './dom.js'
import { fillFrom } from './form.js'
import { beginWith } from './source.js'
import { t } from './strings.js'
import { toast } from './toasts.js'

const types = ['image/png', 'image/jpeg', 'image/webp']

/**
 * Takes the pictures among files. The first one's settings fill the recipe: several cannot.
 * @param {string} wanted `settings`, `source`, or `either`: a picture without settings is begun with
 */
export async function readPicture(files, wanted = 'settings') {
  const file = files.find(({ type }) => types.includes(type)) ?? files[0]
  if (!file) return
  if (!types.includes(file.type)) return toast(t('drop.other', { name: file.name }))
  const pictures = files.filter(({ type }) => types.includes(type))
  const begin = async () => (pictures.length > 1 ? (await import('./sources.js')).beginWithAll(pictures) : beginWith(file, { name: file.name }))
  if (wanted === 'source') return begin()
  try {
    const { parameters } = await upload(file)
    if (fillFrom(parameters ?? '')) location.hash = '#/create'
    else if (wanted === 'either') await begin()
    else toast(t('drop.none', { name: file.name }), { label: t('drop.source'), act: begin })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

/** Lets files be dropped and pasted anywhere: the left half of the window takes settings, the right one and the section the picture. */
export function acceptDrops() {
  const hasFile = event => event.dataTransfer?.types.includes('Files')
  const halfOf = ({ target, clientX }) => (target.closest?.('#source') || clientX > innerWidth / 2 ? 'source' : 'settings')
  const show = half => {
    $('drop').hidden = !half
    for (const place of $('drop').children) place.classList.toggle('is-over', place.dataset.half === half)
  }
  document.addEventListener('dragover', event => { if (hasFile(event)) { event.preventDefault(); show(halfOf(event)) } })
  document.addEventListener('dragleave', event => { if (!event.relatedTarget) show(null) })
  document.addEventListener('drop', event => {
    show(null)
    if (!hasFile(event)) return
    event.preventDefault()
    readPicture([...event.dataTransfer.files], halfOf(event))
  })
  document.addEventListener('paste', event => {
    const files = [...event.clipboardData?.files ?? []]
    if (!files.length) return
    event.preventDefault()
    readPicture(files, event.target.closest?.('#source') ? 'source' : 'either')
  })
}
