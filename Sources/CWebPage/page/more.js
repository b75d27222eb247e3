// What is not needed at first: words and styles of all that loads later.

import { el } from './dom.js'
import { readMore } from './strings.js'

let styles = null
const readStyles = () => styles ??= new Promise((resolve, reject) => {
  const failed = () => {
    styles = null
    link.remove()
    reject(new TypeError('more.css'))
  }
  const link = el('link', { rel: 'stylesheet', href: new URL('more.css', import.meta.url), onload: resolve, onerror: failed })
  document.head.append(link)
})

export const loadMore = () => Promise.all([readMore(), readStyles()])
