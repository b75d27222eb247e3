// A small chart of a component's checks: errors on a logarithmic scale, with the bound drawn in.

import { el } from './dom.js'
import { moment, named, percent, t } from './strings.js'

const width = 320, height = 96, margin = { left: 8, right: 8, top: 12, bottom: 8 }
/** What is computed exactly, and what is far off. */
const range = { least: 1e-8, most: 1 }

/**
 * @param {string} component
 * @param {{time: string, relative_error: number | null, finding: string}[]} checks oldest first
 * @param {number} bound above which a check is out of bounds
 */
export function errorChart(component, checks, bound) {
  const known = checks.filter(({ relative_error: error }) => error !== null && error !== undefined)
  const errors = known.map(({ relative_error: error }) => Math.min(range.most, Math.max(range.least, error)))
  const low = Math.log10(Math.min(bound / 100, ...errors)), high = Math.log10(Math.max(bound * 3, ...errors))
  const x = index => margin.left + (known.length > 1 ? index / (known.length - 1) : 0.5) * (width - margin.left - margin.right)
  const y = error => margin.top + (high - Math.log10(error)) / (high - low) * (height - margin.top - margin.bottom)
  const points = errors.map((error, index) => [x(index), y(error)])
  const latest = known.at(-1)
  const label = t('chart.label', {
    component: named('component', component), count: known.length, error: latest ? percent(latest.relative_error) : '–', bound: percent(bound),
  })
  return el('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    el('line', { class: 'bound', x1: 0, x2: width, y1: y(bound), y2: y(bound) }),
    el('text', { class: 'bound-text', x: width - 4, y: y(bound) - 4, 'text-anchor': 'end' }, t('chart.bound', { bound: percent(bound) })),
    points.length > 1 && el('path', { class: 'course', d: `M${points.map(point => point.map(Math.round).join(' ')).join('L')}` }),
    points.map(([cx, cy], index) => el('circle', { class: known[index].relative_error > bound ? 'over' : 'within', cx, cy, r: 4 },
      el('title', {}, `${moment(known[index].time)}: ${percent(known[index].relative_error)}, ${named('finding', known[index].finding)}`))))
}
