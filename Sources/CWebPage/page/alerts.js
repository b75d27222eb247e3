// A sound and a notification when pictures are done, for those who chose them. The choice is this browser's.

import { $, el } from './dom.js'
import { jobEnded } from './jobs.js'
import { promptOf, words } from './queue.js'
import { languageChanged, t } from './strings.js'
import { toast } from './toasts.js'

const stored = { sound: 'easel.sound', notification: 'easel.notification' }
const isOn = kind => localStorage.getItem(stored[kind]) === 'on'
const turn = (kind, on) => localStorage.setItem(stored[kind], on ? 'on' : 'off')

/** Two short tones. */
function play() {
  const context = new AudioContext()
  for (const [index, frequency] of [660, 880].entries()) {
    const tone = context.createOscillator(), volume = context.createGain(), start = context.currentTime + index * 0.14
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(0.12, start)
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + 0.32)
  }
  setTimeout(() => context.close(), 800)
}

async function allow(box) {
  if (!box.checked) return turn('notification', false)
  // Browsers give none to pages that come over plain HTTP from another machine.
  const answer = 'Notification' in window ? await Notification.requestPermission() : 'denied'
  box.checked = answer === 'granted'
  turn('notification', box.checked)
  if (!box.checked) toast(t('alerts.refused'))
}

function show() {
  const box = (kind, change) => el('label', { class: 'check' }, el('input', { type: 'checkbox', id: `alerts-${kind}`, checked: isOn(kind), onchange: ({ target }) => change(target) }), ' ', t(`alerts.${kind}`))
  $('alerts').replaceChildren(el('legend', {}, t('alerts')), box('sound', target => { turn('sound', target.checked); if (target.checked) play() }), box('notification', allow))
}

export function startAlerts() {
  show()
  languageChanged.listen(show)
  jobEnded.listen(job => {
    if (job.state === 'cancelled') return
    if (isOn('sound')) play()
    if (isOn('notification') && document.hidden && 'Notification' in window && Notification.permission === 'granted') {
      const note = new Notification(job.state === 'done' ? t('job.done') : words(job), { body: promptOf(job), tag: 'easel', icon: job.pictures?.[0]?.thumbnail_url })
      note.onclick = () => { focus(); note.close() }
    }
  })
}
