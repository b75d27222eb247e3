// Where each picture of the gallery stands: days with their headings, and lines of cells below. Figures alone, nothing of the document.

export const gap = 10 // pixels, as all that follows
const headingHeight = 44, dayGap = 22

/** Days and places as the clock on the wall here has them. */
export const dayOf = ({ created_at }) => {
  const date = new Date(created_at)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-')
}

/** What a job's pictures become: one cell that stands for all, or a cell for each, of which the first tells how many it `opens`. */
function cellsOf(pictures, isFolded) {
  if (pictures.length > 1 && isFolded(pictures[0].job)) return [{ pictures, isStack: true, isOpened: false, opens: 0 }]
  const isOpened = pictures.length > 1
  return pictures.map((picture, index) => (
    { pictures: [picture], isStack: false, isOpened, opens: isOpened && index === 0 ? pictures.length : 0 }))
}

/**
 * Lays pictures out.
 * @param {object[]} items pictures, the newest first, those of a job together
 * @param {number} width of the grid
 * @param {{least: number, isFolded: function}} options least side of a cell; whether a job's pictures are one stack
 * @returns {{columns, side, height, lines, cells, places}} `cells` have `pictures`, `left`, `top` within their day, `line` and `day`;
 *   `lines` have `top` and the places of their cells, `from` up to `to`; `places` of cells are found by the ids of their pictures
 */
export function layOut(items, width, { least, isFolded }) {
  const columns = Math.max(2, Math.floor((width + gap) / (least + gap)))
  const side = Math.max(1, (width - gap * (columns - 1)) / columns)
  const lines = [], cells = []
  let height = 0
  for (let start = 0, end; start < items.length; start = end) {
    const key = dayOf(items[start])
    const own = []
    for (end = start; end < items.length && dayOf(items[end]) === key;) {
      const first = end
      while (end < items.length && items[end].job === items[first].job && dayOf(items[end]) === key) end += 1
      own.push(...cellsOf(items.slice(first, end), isFolded))
    }
    const day = { key, top: height, pictures: items.slice(start, end), isLast: end === items.length, from: cells.length }
    own.forEach((cell, index) => {
      const column = index % columns, top = headingHeight + Math.floor(index / columns) * (side + gap)
      if (column === 0) lines.push({ top: day.top + top, from: cells.length, to: cells.length })
      lines[lines.length - 1].to += 1
      cells.push(Object.assign(cell, { day, column, left: column * (side + gap), top, line: lines.length - 1, place: index }))
    })
    Object.assign(day, { to: cells.length, height: headingHeight + Math.ceil(own.length / columns) * (side + gap) - gap })
    height += day.height + dayGap
  }
  const places = new Map(cells.flatMap(({ pictures }, index) => pictures.map(({ id }) => [id, index])))
  return { columns, side, height: Math.max(0, height - dayGap), lines, cells, places }
}

/** The first line that ends below a height. */
export function lineAt({ lines, side }, top) {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (lines[middle].top + side > top) high = middle
    else low = middle + 1
  }
  return low
}

/** The cell so many lines further down, in the same column or the line's last. */
export function below({ cells, lines }, index, step) {
  const line = lines[cells[index].line + step]
  return line ? Math.min(line.from + cells[index].column, line.to - 1) : index
}
