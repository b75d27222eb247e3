// Generating forever: when a round has ended the recipe is drawn again, as it stands then, until somebody stops it. A reload ends it.

import { $ } from './dom.js'
import { drawRecipe } from './form.js'
import { caughtUp, jobEnded, jobs } from './jobs.js'
import { openMenu } from './menu.js'
import { languageChanged, number, t } from './strings.js'
import { toast } from './toasts.js'

/** What is drawn now: its number, the ids of its jobs once they are known, and how jobs have ended since it began. Null while it is off. */
let round = null

async function begin(n) {
  const own = round = { n, ids: null, ended: new Map() }
  show()
  const ids = await drawRecipe({ keepsView: n > 1 })
  if (round !== own) return
  // Why it was refused is told at the field.
  if (!ids.length) return stop()
  round.ids = ids
  goOn()
}

/** The next round begins once all jobs of this one are done. One that failed would fail again, and who cancels one wants no more. */
function goOn() {
  if (!round?.ids?.every(id => round.ended.has(id))) return
  if (round.ids.every(id => round.ended.get(id) === 'done')) begin(round.n + 1)
  else stop()
}

function stop() {
  round = null
  show()
  toast(t('forever.stopped'))
}

function show() {
  $('forever').hidden = !round
  $('activity').classList.toggle('endless', Boolean(round))
  $('forever-text').textContent = round ? t('forever.on') : ''
  if (round) $('forever-round').textContent = t('forever.round', { n: number(round.n) })
}

/** What else the button that generates can do. */
export const openWays = () => openMenu($('generate-more'), [round ? { label: t('forever.off'), act: stop } : { label: t('forever'), act: () => begin(1) }])

export function startForever() {
  $('forever-stop').addEventListener('click', () => { stop(); $('generate-more').focus() })
  jobEnded.listen(({ id, state }) => { round?.ended.set(id, state); goOn() })
  // A job that the server has forgotten meanwhile is over.
  caughtUp.listen(() => {
    for (const id of round?.ids ?? []) if (!jobs.has(id) && !round.ended.has(id)) round.ended.set(id, 'done')
    goOn()
  })
  languageChanged.listen(show)
}
