// What this browser keeps of the page as JSON, under a name.

/** @param {object} otherwise where nothing is kept, or nothing of its kind: an object, or an array */
export function readKept(name, otherwise) {
  try {
    const kept = JSON.parse(localStorage.getItem(name))
    return kept && typeof kept === 'object' && Array.isArray(kept) === Array.isArray(otherwise) ? kept : otherwise
  } catch {
    return otherwise
  }
}

export const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value))
