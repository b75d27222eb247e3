// Pictures that come in by dropping, pasting or choosing a file: their parameters fill the recipe.

import { CallError, call } from './api.js'
import { $ } from './dom.js'
import { fillFrom } from './form.js'
import { t } from './strings.js'
import { toast } from './toasts.js'

const types = ['image/png', 'image/jpeg', 'image/webp']

/** Reads the first picture among files. Several cannot fill one recipe. */
export async function readPicture(files) {
  const file = files.find(({ type }) => types.includes(type)) ?? files[0]
  if (!file) return
  if (!types.includes(file.type)) return toast(t('drop.other', { name: file.name }))
  try {
    const image = await new Promise((resolve, reject) => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result)
      reader.onerror = () => reject(new CallError({ message: reader.error.message }))
      reader.readAsDataURL(file)
    })
    const { info } = await call('POST', '/sdapi/v1/png-info', { image })
    if (fillFrom(info)) location.hash = '#/create'
    else toast(t('drop.none', { name: file.name }))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

/** Lets files be dropped and pasted anywhere. */
export function acceptDrops() {
  const hasFile = event => event.dataTransfer?.types.includes('Files')
  const show = isOver => { $('drop').hidden = !isOver }
  document.addEventListener('dragover', event => { if (hasFile(event)) { event.preventDefault(); show(true) } })
  document.addEventListener('dragleave', event => { if (!event.relatedTarget) show(false) })
  document.addEventListener('drop', event => {
    show(false)
    if (!hasFile(event)) return
    event.preventDefault()
    readPicture([...event.dataTransfer.files])
  })
  document.addEventListener('paste', event => {
    const files = [...event.clipboardData?.files ?? []]
    if (!files.length) return
    event.preventDefault()
    readPicture(files)
  })
}
