// The page's words in the language at hand, and how figures are written. Each language has a file of words, and one of more words for what
// loads later; only those of one language are loaded.

import { notifier } from './dom.js'

const tags = { en: 'en', zh: 'zh-Hans' }
const stored = 'easel.language'

const preferred = () => {
  const kept = localStorage.getItem(stored)
  if (kept in tags) return kept
  return navigator.languages.map(tag => tag.slice(0, 2).toLowerCase()).find(language => language in tags) ?? 'en'
}

const load = { en: () => import('./words-en.js'), zh: () => import('./words-zh.js') }
const loadMore = { en: () => import('./more-en.js'), zh: () => import('./more-zh.js') }

/** The words that are not seen at first: null until they are asked for. */
let more = null

async function read(language, hasMore = more !== null) {
  const files = await Promise.all([load[language](), ...(hasMore ? [loadMore[language]()] : [])])
  return Object.assign({}, ...files.map(({ default: words }) => words))
}

export let language = preferred()
let words = await read(language)
export const languageChanged = notifier()

/** Another language for all that is shown, now and at the next visit. */
export async function speak(wanted) {
  words = await read(wanted)
  language = wanted
  localStorage.setItem(stored, wanted)
  translate()
  languageChanged()
}

/** Has the words of what loads later. */
export const readMore = () => more ??= addMore().catch(error => { more = null; throw error })

async function addMore() {
  const wanted = language, all = await read(wanted, true)
  // Another language that was chosen meanwhile has them already.
  if (language === wanted) words = all
  translate()
}

export const knows = key => key in words

/**
 * The words for `key`, with values in the place of `{name}`; `{count, plural, one {# job} other {# jobs}}` depends on a number.
 * A key that does not exist is shown as it is: an engine may give reasons that this page was not told of.
 */
export function t(key, values = {}) {
  const text = words[key] ?? key
  return text
    .replace(/\{(\w+), plural, one \{([^}]*)\} other \{([^}]*)\}\}/g, (_, name, one, other) =>
      (values[name] === 1 ? one : other).replace('#', number(values[name])))
    .replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}

/** Names of things that the server calls by `kind`, such as `reason.first use`; the server's own where there is none. */
export const named = (kind, name) => (knows(`${kind}.${name}`) ? t(`${kind}.${name}`) : name)

/** Puts words where `index.html` has keys. */
export function translate() {
  document.documentElement.lang = tags[language]
  for (const [attribute, apply] of Object.entries({
    t: (element, text) => { element.textContent = text },
    'tLabel': (element, text) => element.setAttribute('aria-label', text),
    'tHint': (element, text) => { element.title = text },
    'tPlaceholder': (element, text) => { element.placeholder = text },
  })) {
    const name = attribute.replace(/[A-Z]/, letter => `-${letter.toLowerCase()}`)
    for (const element of document.querySelectorAll(`[data-${name}]`)) apply(element, t(element.dataset[attribute]))
  }
}

// Figures

export const number = (value, digits = 0) => value.toLocaleString(tags[language], { maximumFractionDigits: digits })

/** To so many significant digits: `0.0123`. */
export const significant = (value, digits = 3) => value.toLocaleString(tags[language], { maximumSignificantDigits: digits })

/** `1.2 %`; very small ones as a power of ten. */
export const percent = value => (value !== 0 && value < 1e-5 ? `${(value * 100).toExponential(0)} %` : `${significant(value * 100, 2)} %`)

/** `12 sec`, `5 min`, `1.5 hr`. */
export function duration(seconds) {
  const unit = (value, name) => new Intl.NumberFormat(tags[language], { style: 'unit', unit: name, unitDisplay: 'short' }).format(value).replace(/(\d)(?=\p{Script=Han})/u, '$1 ')
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return unit(whole, 'second')
  if (whole < 3570) return unit(Math.round(whole / 60), 'minute')
  return unit(Math.round(whole / 360) / 10, 'hour')
}

export const moment = text => new Date(text).toLocaleString(tags[language], { dateStyle: 'medium', timeStyle: 'short' })

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = count > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(count) / 3)) : 0
  return `${significant(count / 1000 ** power, 3)} ${units[power]}`
}
