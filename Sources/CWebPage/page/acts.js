// What can be done with pictures in every view.

import { CallError } from './api.js'
import { fileName } from './facts.js'
import { fillFrom } from './form.js'
import { openMenu } from './menu.js'
import { change } from './pictures.js'
import { loadMore } from './more.js'
import { beginWithPicture, loadSourceView } from './source.js'
import { t } from './strings.js'
import { toast } from './toasts.js'

/** What of a picture the form can take over, as `fillFrom` calls it. */
const parts = ['all', 'noSeed', 'prompt', 'seed', 'size']

/** Stars pictures, or takes their stars when all have one. */
export async function star(pictures) {
  try {
    await change(pictures, { is_favourite: !pictures.every(({ is_favourite }) => is_favourite) })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    toast(error.message)
  }
}

/**
 * Asks beside a button what of a picture the form is to have, and puts it there.
 * @param {function} show brings the form to the front, and then calls what it is given
 */
export function chooseUse(button, picture, show = then => then()) {
  openMenu(button, parts.map(part => ({
    label: t(`use.${part}`),
    act: () => show(() => fillFrom(picture.infotext, { parts: part, job: picture.job })),
  })))
}

/** What to draw from a picture: values of fields, and what the view of it does then. */
const ways = {
  vary: () => ({}),
  repaint: () => ({ then: view => view.repaint() }),
  extend: () => ({ then: view => view.extend() }),
}

/** Asks how a picture is to be enlarged, and has it done. @param {object} picture as `openUpscale` has it */
export async function upscale(picture, show) {
  const part = await loadMore().then(() => import('./upscale.js')).catch(() => toast(t('offline')))
  part?.openUpscale?.(picture, show)
}

/**
 * Asks beside a button what to draw from a picture, and has the form begin with it.
 * @param {function} show brings the form to the front, and then calls what it is given
 */
export function chooseVary(button, picture, show = then => then()) {
  openMenu(button, [...Object.entries(ways).map(([name, way]) => ({
    label: t(`vary.${name}`),
    act: () => show(async () => {
      const { then } = way()
      if (await beginWithPicture(picture, fileName(picture)) && then) then(await loadSourceView())
    }),
  })), { label: t('vary.upscale'), act: () => upscale({ ...picture, name: fileName(picture) }, show) }])
}
