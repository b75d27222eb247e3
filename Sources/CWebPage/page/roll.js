// The newest pictures beside the stage: a click shows one there.

import { $, el } from './dom.js'
import { all } from './pictures.js'
import { choose, chosenPicture } from './stage.js'
import { language, languageChanged, t } from './strings.js'

const shownPictures = 60
let latest = ''

function show() {
  const items = all.items.slice(0, shownPictures)
  const now = [language, ...items.map(({ id }) => id)].join()
  if (now === latest) return markShown()
  latest = now
  const focused = $('roll').contains(document.activeElement) && document.activeElement.value
  $('roll').replaceChildren(...items.map(picture => el('li', {},
    el('button', { type: 'button', value: picture.id, title: picture.prompt, onclick: () => choose(picture) },
      el('img', { src: picture.thumbnail_url, alt: picture.prompt || t('job.noPrompt'), width: 60, height: 60, loading: 'lazy', decoding: 'async' })))))
  if (focused) $('roll').querySelector(`button[value="${CSS.escape(focused)}"]`)?.focus()
  markShown()
}

/** Marks the picture that the stage shows. */
export function markShown() {
  for (const button of $('roll').querySelectorAll('button')) button.setAttribute('aria-pressed', button.value === chosenPicture()?.id)
}

export function startRoll() {
  all.changed.listen(show)
  languageChanged.listen(show)
}
