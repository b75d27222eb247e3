// The two text fields of the prompt: they grow, show weights in place, complete names, and tell how the server reads them.

import { call, get, worded } from './api.js'
import { $, el } from './dom.js'
import { shade } from './shade.js'
import { modelsChanged } from './server.js'
import { knows, languageChanged, number, readMore, t } from './strings.js'
import { chosenStyles } from './styles.js'

const pause = 150 // milliseconds without a key before the server is asked
/** Fields of the form that say when schedules switch. */
const timing = ['steps', 'sampler', 'schedule_counting']
const lines = 6 // of a schedule are shown; an alternation has one for each step

/** Starts the text field `id`. */
export function explain(id) {
  const field = $(id), count = $(`${id}-count`), reading = $(`${id}-reading`)
  let timer, asked = 0, summary = null

  const show = () => {
    const chunks = summary?.chunks ?? []
    const figures = { count: number(summary?.token_count ?? 0), capacity: number(summary?.token_capacity ?? 75), chunks: number(chunks.length) }
    count.textContent = t(chunks.length > 1 ? 'tokens.chunks' : 'tokens.count', figures)
    const parts = summary?.parts ?? (summary ? [{ weight: 1, chunks, schedule: summary.schedules?.[0] ?? [] }] : [])
    reading.replaceChildren(
      ...(summary?.expanded && summary.expanded !== field.value.trim() ? [el('p', { class: 'note' }, t('tokens.expanded', { text: summary.expanded }))] : []),
      ...parts.flatMap((part, index) => [
        parts.length > 1 && el('p', { class: 'part' }, `${index ? 'AND ' : ''}× ${number(part.weight, 3)}`),
        ...part.chunks.map(chunkList), ...schedule(part.schedule ?? []),
      ].filter(Boolean)),
      ...(summary && !summary.parts ? (summary.schedules ?? []).slice(1).flatMap(schedule) : []))
    if (summary && !reading.children.length) reading.append(el('p', { class: 'note' }, t('tokens.none')))
    $(`${id}-problem`).textContent = problems(summary).join(t('sentences'))
  }

  const ask = async () => {
    const turn = ++asked
    const prompt = field.value
    try {
      const given = Object.fromEntries(timing.map(name => [name, $(name).value]).filter(([, value]) => value !== ''))
      const styles = chosenStyles()
      const answer = prompt.trim() || styles.length
        ? await call('POST', '/api/v1/prompt', { prompt, ...given, ...(styles.length && { styles }), ...(id === 'negative_prompt' && { negative: true }) }) : null
      // A later question may have been answered sooner.
      if (turn !== asked) return
      summary = answer
      if (answer?.notices?.length) await readMore()
    } catch {
      // What is wrong with the prompt is told when it is to be drawn.
      return
    }
    show()
  }

  const askSoon = () => { clearTimeout(timer); timer = setTimeout(ask, pause) }
  // Styles change the form, too.
  $('form').addEventListener('input', event => { if (event.target === field || event.target === $('form') || timing.includes(event.target.name)) askSoon() })
  count.addEventListener('click', () => {
    reading.hidden = !reading.hidden
    count.setAttribute('aria-expanded', !reading.hidden)
  })
  languageChanged.listen(show)
  // Another model may read it in another way, and as long as there was none nobody read it at all.
  modelsChanged.listen(() => { if (field.value.trim()) ask() })
  grow(field, $(`${id}-shade`))
  field.addEventListener('keydown', weigh)
  complete(field)
  show()
  if (field.value.trim()) ask()
}

const chunkList = (tokens, index) => el('ol', { class: 'chunk', 'aria-label': t('tokens.chunk', { n: number(index + 1) }) },
  tokens.map(token => el('li', { class: `token ${heat(token.weight)}`, title: [token.weight !== 1 && `× ${number(token.weight, 3)}`, token.tokens > 1 && t('tokens.many', { count: token.tokens })].filter(Boolean).join(', ') },
    token.text.trim() || '␣')))

/** What is odd about a prompt, in sentences. */
function problems(summary) {
  if (!summary) return []
  if (!summary.problems) return summary.warnings ?? []
  return summary.problems.map(({ reason, message, ...values }) => (knows(`problem.${reason}`) ? t(`problem.${reason}`, values) : message))
    .concat((summary.notices ?? []).map(notice => worded(notice, 'notice')))
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

/** A class for a weight: how strongly it is coloured. */
export function heat(weight) {
  if (Math.abs(weight - 1) < 1e-6) return ''
  const step = Math.min(3, Math.max(1, Math.round(Math.abs(Math.log(Math.max(weight, 0.01))) / 0.12)))
  return weight > 1 ? `warm-${step}` : `cool-${step}`
}

/** The field is as high as its text, and what lies behind the text shows weights. */
function grow(field, behind) {
  const draw = () => {
    behind.replaceChildren(...shade(field.value).map(({ text, weight, kind }) => (kind || heat(weight) ? el('span', { class: kind ?? heat(weight) }, text) : text)), '\u200b')
    if (!CSS.supports('field-sizing', 'content')) {
      field.style.height = 'auto'
      field.style.height = `${field.scrollHeight + 2}px`
    }
  }
  field.addEventListener('input', draw)
  field.addEventListener('scroll', () => { behind.scrollTop = field.scrollTop })
  draw()
}

/** Puts a text in the place of a part of a field from outside of it, as typing would. */
export function insert(field, start, end, text) {
  field.focus()
  if (text) return replace(field, start, end, text)
  field.setSelectionRange(start, end)
  if (!document.execCommand('delete')) field.setRangeText('', start, end, 'end')
}

/** Puts a text in the place of a part of the field, so that the browser's own undo takes it back. */
function replace(field, start, end, text) {
  field.setSelectionRange(start, end)
  // The only way that a script's change is undone by Ctrl+Z.
  if (!document.execCommand('insertText', false, text)) field.setRangeText(text, start, end, 'end')
}

// Weights by Ctrl+↑ and Ctrl+↓

function weigh(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return
  event.preventDefault()
  const field = event.target, text = field.value
  let { selectionStart: start, selectionEnd: end } = field
  if (start === end) [start, end] = around(text, start)
  while (start < end && /[\s,]/.test(text[start])) start += 1
  while (end > start && /[\s,]/.test(text[end - 1])) end -= 1
  if (start === end) return
  const step = (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 0.05 : 0.1)
  // The selection may be what brackets with a weight hold, or the whole of them.
  const held = /^:(-?\d*\.?\d+)\)/.exec(text.slice(end))
  const whole = /^\(((?:[^()\\]|\\.)*):(-?\d*\.?\d+)\)$/s.exec(text.slice(start, end))
  let inner = text.slice(start, end), weight = 1, from = start, to = end
  if (held && text[start - 1] === '(') [weight, from, to] = [Number(held[1]), start - 1, end + held[0].length]
  else if (whole) [inner, weight] = [whole[1], Number(whole[2])]
  weight = Math.max(0, Math.round((weight + step) * 100) / 100)
  const isPlain = Math.abs(weight - 1) < 1e-6
  replace(field, from, to, isPlain ? inner : `(${inner}:${weight})`)
  const at = from + (isPlain ? 0 : 1)
  field.setSelectionRange(at, at + inner.length)
}

/** What the caret stands in: brackets with a weight, or a word. */
function around(text, at) {
  const open = text.lastIndexOf('(', at - 1), close = /^[^()]*:-?\d*\.?\d+\)/.exec(text.slice(at))
  if (open >= 0 && close && !text.slice(open, at).includes(')')) {
    const colon = at + close[0].lastIndexOf(':')
    return [open + 1, colon]
  }
  const isWord = sign => sign !== undefined && !/[\s,()[\]|:]/.test(sign)
  let [start, end] = [at, at]
  while (start > 0 && isWord(text[start - 1])) start -= 1
  while (end < text.length && isWord(text[end])) end += 1
  return [start, end]
}

// Completion of names

let names = null
/** Names are read once, and anew a while later: files may have come. */
async function readNames() {
  if (names && Date.now() - names.at < 30000) return names
  const { wildcards = [], embeddings: vectors = [], loras = [] } = await get('/api/v1/prompt/words').catch(() => ({}))
  const embeddings = vectors.map(({ name }) => name)
  names = { at: Date.now(), wildcards, embeddings, tags: [...embeddings, ...loras.map(name => `lora:${name}`)] }
  return names
}

/** What the text before the caret begins: `__` a wildcard, `<` an embedding or a LoRA's tag, three letters an embedding. */
function beginning(before) {
  const wildcard = /__([\w\-/]*)$/.exec(before)
  if (wildcard && (before.split('__').length - 1) % 2 === 1) return { kind: 'wildcards', typed: wildcard[1], from: wildcard.index, wrap: name => `__${name}__` }
  const tag = /<([\w\- .:]*)$/.exec(before)
  if (tag) return { kind: 'tags', typed: tag[1], from: tag.index, wrap: name => (name.startsWith('lora:') ? `<${name}:1>` : name) }
  const word = /(?:^|[\s,(])([\w\-.]{3,})$/.exec(before)
  return word && { kind: 'embeddings', typed: word[1], from: before.length - word[1].length, wrap: name => name }
}

function complete(field) {
  const list = el('ul', { class: 'completions', role: 'listbox', id: `${field.id}-names`, hidden: true, 'aria-label': t('completion') })
  field.closest('.editor').append(list)
  field.setAttribute('aria-autocomplete', 'list')
  let found = null, at = 0
  const close = () => { list.hidden = true; found = null; field.removeAttribute('aria-activedescendant'); field.removeAttribute('aria-controls') }
  const mark = () => [...list.children].forEach((item, index) => {
    item.setAttribute('aria-selected', index === at)
    if (index === at) { field.setAttribute('aria-activedescendant', item.id); item.scrollIntoView({ block: 'nearest' }) }
  })
  const take = index => {
    const { from, wrap, matches } = found
    const end = field.selectionEnd
    close()
    replace(field, from, end, wrap(matches[index]))
  }
  const look = async () => {
    const begun = field.selectionStart === field.selectionEnd && beginning(field.value.slice(0, field.selectionEnd))
    if (!begun) return close()
    const known = (await readNames())[begun.kind]
    // The caret may have gone on meanwhile.
    const now = beginning(field.value.slice(0, field.selectionEnd))
    if (now?.typed !== begun.typed || document.activeElement !== field) return close()
    const typed = begun.typed.toLowerCase()
    const matches = known.filter(name => name.toLowerCase().includes(typed) && name !== begun.typed).sort((a, b) => a.toLowerCase().indexOf(typed) - b.toLowerCase().indexOf(typed)).slice(0, 8)
    if (!matches.length) return close()
    found = { ...begun, matches }
    at = 0
    list.replaceChildren(...matches.map((name, index) => el('li', { role: 'option', id: `${list.id}-${index}`, onmousedown: event => { event.preventDefault(); take(index) } }, name)))
    list.hidden = false
    field.setAttribute('aria-controls', list.id)
    mark()
  }
  field.addEventListener('input', event => { if (event.isTrusted) look() })
  field.addEventListener('blur', close)
  field.addEventListener('keydown', event => {
    if (!found || event.ctrlKey || event.altKey || event.metaKey) return
    if (event.key === 'ArrowDown') at = (at + 1) % found.matches.length
    else if (event.key === 'ArrowUp') at = (at + found.matches.length - 1) % found.matches.length
    else if (event.key === 'Enter' || event.key === 'Tab') { event.preventDefault(); event.stopPropagation(); return take(at) }
    else if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); return close() }
    else return
    event.preventDefault()
    mark()
  })
}
