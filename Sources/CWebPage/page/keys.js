// The keys that the page knows.

import { el } from './dom.js'
import { openSheet } from './sheet.js'
import { t } from './strings.js'

const keys = [
  ['Ctrl Enter', 'keys.generate'], ['Esc', 'keys.cancel'], ['Ctrl ↑ ↓', 'keys.weight'], ['Ctrl Shift ↑ ↓', 'keys.weight.fine'], ['Alt ↑ ↓', 'keys.history'],
  ['← → Home End', 'keys.walk'], ['Enter', 'keys.open'], ['Delete', 'keys.delete'], ['Ctrl Z', 'keys.undo'], ['?', 'keys.help'],
]

export const showKeys = () => openSheet(t('keys'), el('dl', { class: 'keys' }, keys.map(([key, meaning]) => el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, t(meaning))))))
