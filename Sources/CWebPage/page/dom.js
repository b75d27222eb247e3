// Building and finding elements. Styles are set by class: the page's policy allows no style attributes.

export const $ = id => document.getElementById(id)

const svg = 'http://www.w3.org/2000/svg'
const drawn = new Set(['svg', 'line', 'path', 'circle', 'text', 'g', 'title', 'use'])

/**
 * An element with properties, listeners (`onclick`), attributes (`aria-label`, or any of an SVG) and children.
 * Children that are null or false are left out.
 */
export function el(tag, properties = {}, ...children) {
  const isDrawn = drawn.has(tag)
  const element = isDrawn ? document.createElementNS(svg, tag) : document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (isDrawn || name.includes('-') || !(name in element)) element.setAttribute(name, value === true ? '' : value)
    else element[name] = value
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false))
  return element
}

/** Where an icon is: in a file beside this one. */
export const iconAddress = name => `${new URL('icon.svg', import.meta.url).pathname}#${name}`

export const icon = name => el('svg', { class: 'icon', 'aria-hidden': 'true' }, el('use', { href: iconAddress(name) }))

/** Shows a text, or hides the element when there is none. */
export function say(element, text) {
  element.textContent = text ?? ''
  element.hidden = !text
}

/** A table with a caption; cells are texts or elements. */
export function table(caption, heads, rows) {
  return el('div', { class: 'scroller', tabIndex: 0, role: 'region', 'aria-label': caption },
    el('table', {},
      el('caption', {}, caption),
      el('thead', {}, el('tr', {}, heads.map(head => el('th', { scope: 'col' }, head)))),
      el('tbody', {}, rows.map(row => el('tr', {}, row.map((cell, index) => index ? el('td', {}, cell) : el('th', { scope: 'row' }, cell)))))))
}

/** Those who want to know when something changes: `notify.listen(f)`, then `notify(…)` calls them all. */
export function notifier() {
  const listeners = new Set()
  const notify = (...values) => { for (const listener of listeners) listener(...values) }
  notify.listen = listener => listeners.add(listener)
  return notify
}
