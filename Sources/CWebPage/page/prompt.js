// How a prompt is read, as it is typed: tokens with their weights, where chunks end, and what it says when. The server's own parser says so.

import { call } from './api.js'
import { $, el } from './dom.js'
import { modelsChanged } from './server.js'
import { languageChanged, number, t } from './strings.js'

const pause = 150 // milliseconds without a key before the server is asked
/** Fields of the form that say when schedules switch. */
const timing = ['steps', 'sampler', 'schedule_counting']
const lines = 6 // of a schedule are shown; an alternation has one for each step

/** Shows below the text field `id` how its text is read. */
export function explain(id) {
  const field = $(id)
  let timer, asked = 0, summary = null

  const show = () => {
    const chunks = summary?.chunks ?? []
    const count = { count: number(summary?.token_count ?? 0), capacity: number(summary?.token_capacity ?? 75), chunks: number(chunks.length) }
    $(`${id}-count`).textContent = t(chunks.length > 1 ? 'tokens.chunks' : 'tokens.count', count)
    $(`${id}-tokens`).replaceChildren(...chunks.map((tokens, index) => el('ol', { class: 'chunk', 'aria-label': t('tokens.chunk', { n: number(index + 1) }) },
      tokens.map(token => el('li', { class: `token ${heat(token.weight)}`, title: token.weight === 1 ? '' : `× ${number(token.weight, 3)}` },
        token.text.trim() || '␣')))), ...(summary?.schedules ?? []).flatMap(schedule), ...(summary?.warnings ?? []).map(text => el('p', { class: 'note' }, text)))
    // What is typed stands at the end, as a rule.
    if (field.selectionEnd === field.value.length) $(`${id}-tokens`).scrollTop = $(`${id}-tokens`).scrollHeight
  }

  const ask = async () => {
    const turn = ++asked
    const prompt = field.value
    try {
      const given = Object.fromEntries(timing.map(name => [name, $(name).value]).filter(([, value]) => value !== ''))
      const answer = prompt.trim() ? await call('POST', '/api/v1/prompt', { prompt, ...given }) : null
      // A later question may have been answered sooner.
      if (turn !== asked) return
      summary = answer
    } catch {
      // What is wrong with the prompt is told when it is to be drawn.
      return
    }
    show()
  }

  for (const input of [field, ...timing.map($)]) input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, pause) })
  languageChanged.listen(show)
  // Another model may read it in another way, and as long as there was none nobody read it at all.
  modelsChanged.listen(() => { if (field.value.trim()) ask() })
  show()
  if (field.value.trim()) ask()
}

/** A line for each text that a part of the prompt says, with its steps: `6–20 a dog`; none for one that says the same throughout. */
function schedule(entries) {
  if (entries.length < 2) return []
  const shown = entries.slice(0, lines).map(({ until, text }, index) => {
    const from = (entries[index - 1]?.until ?? 0) + 1
    return `${number(from)}${until > from ? `–${number(until)}` : ''} ${text.trim() || '␣'}`
  })
  if (entries.length > lines) shown.push('…')
  return shown.map(line => el('p', { class: 'note' }, line))
}

/** A class for a token's weight: how strongly it is coloured. */
function heat(weight) {
  if (weight === 1) return ''
  const step = Math.min(3, Math.max(1, Math.round(Math.abs(Math.log(Math.max(weight, 0.01))) / 0.12)))
  return weight > 1 ? `warm-${step}` : `cool-${step}`
}
