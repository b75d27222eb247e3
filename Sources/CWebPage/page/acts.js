// What can be done with pictures in every view.

import { CallError } from './api.js'
import { fillFrom } from './form.js'
import { openMenu } from './menu.js'
import { change } from './pictures.js'
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
    act: () => show(() => fillFrom(picture.infotext, { parts: part })),
  })))
}
