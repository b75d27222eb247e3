// Weights in a prompt, for colouring it in place. The server's parser decides; this one only has to be quick.

/** What stands for something else than itself. */
const special = /(__[\w\-/]+__)|(<[\w]+:[^>]*>)|\b(AND|BREAK)\b/g

/**
 * Takes a prompt apart by weights.
 * @returns {{text: string, weight: number, kind?: string}[]} `kind`: `sign` for wildcards, tags, AND and BREAK
 */
export function shade(text) {
  const weights = new Float64Array(text.length).fill(1)
  const stack = []
  const scale = (from, to, factor) => { for (let index = from; index < to; index += 1) weights[index] *= factor }
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index]
    if (sign === '\\') index += 1
    else if (sign === '(' || sign === '[') stack.push([sign, index])
    else if (sign === ')' || sign === ']') {
      const [open, start] = stack.at(-1) ?? []
      if (open !== (sign === ')' ? '(' : '[')) continue
      stack.pop()
      const inner = text.slice(start + 1, index)
      const weight = sign === ')' && /:\s*([+-]?\d*\.?\d+)\s*$/.exec(inner)
      // [a:b:0.5] and [a|b] are schedules, not weights.
      if (sign === ']' && /[:|]/.test(inner)) continue
      scale(start, index + 1, weight ? Number(weight[1]) : sign === ')' ? 1.1 : 1 / 1.1)
    }
  }
  const kinds = new Array(text.length)
  for (const { 0: found, index } of text.matchAll(special)) kinds.fill('sign', index, index + found.length)
  const runs = []
  for (let index = 0; index < text.length; index += 1) {
    const last = runs.at(-1)
    if (last && last.weight === weights[index] && last.kind === kinds[index]) last.text += text[index]
    else runs.push({ text: text[index], weight: weights[index], kind: kinds[index] })
  }
  return runs
}
