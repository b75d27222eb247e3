// The pictures that the server keeps, the newest first, as far as they have been asked for.

import { call, get } from './api.js'
import { notifier } from './dom.js'

const pageSize = 100

/** A list that grows at its end as it is scrolled, and at its start as pictures are drawn. */
export class PictureList {
  /** What is shown: all that is known but what was deleted. */
  items = []
  isWhole = false
  changed = notifier()
  #known = []
  #next = null
  #reading = null

  /** @param {string} query words of prompts; empty: all pictures */
  constructor(query = '') { this.query = query }

  /** Asks for the next page, unless it is asked for already or there is none. */
  more() {
    if (this.isWhole) return Promise.resolve()
    return this.#reading ??= this.#read().finally(() => { this.#reading = null })
  }

  async #read() {
    const { items, next } = await get(this.#address(this.#next))
    this.#known.push(...this.#unknown(items))
    this.#next = next
    this.isWhole = next === null
    this.tell()
  }

  /** Asks for what is newer than what is here. */
  async refresh() {
    const { items, next } = await get(this.#address(null))
    const fresh = this.#unknown(items)
    // More than a page came meanwhile: what lies between is not known, so the list begins anew.
    if (this.#known.length && fresh.length === items.length && next) {
      this.#known = fresh
      this.#next = next
      this.isWhole = false
    } else {
      this.#known.unshift(...fresh)
    }
    this.tell()
  }

  #address(before) {
    const query = new URLSearchParams({ limit: pageSize, ...(before && { before }), ...(this.query && { q: this.query }) })
    return `/api/v1/images?${query}`
  }

  #unknown(items) {
    const ids = new Set(this.#known.map(({ id }) => id))
    return items.filter(({ id }) => !ids.has(id))
  }

  tell() {
    this.items = this.#known.filter(({ id }) => !deleted.has(id))
    this.changed()
  }
}

// Deleting can be undone for some seconds: only then the server is told.

/** By id: what tells the server; null once it was told. */
const deleted = new Map()

/** All pictures. */
export const all = new PictureList()

/** What the gallery lists: all pictures, or what was searched for. */
export let listed = all

export function list(query) {
  listed = query ? new PictureList(query) : all
  return listed
}

/**
 * Takes a picture out of the lists, and has it deleted a little later.
 * @returns {{undo: function, done: Promise}} `done` fails with a `CallError`
 */
export function remove({ id }, milliseconds) {
  const tellAll = () => new Set([all, listed]).forEach(list => list.tell())
  const undo = () => {
    clearTimeout(timer)
    deleted.delete(id)
    tellAll()
  }
  let timer
  const done = new Promise((resolve, reject) => {
    const tell = () => {
      clearTimeout(timer)
      deleted.set(id, null)
      call('DELETE', `/api/v1/images/${id}`, undefined, { keepalive: true }).then(resolve, error => {
        // Somebody else was quicker.
        if (error.status === 404) return resolve()
        undo()
        reject(error)
      })
    }
    timer = setTimeout(tell, milliseconds)
    deleted.set(id, tell)
  })
  tellAll()
  return { undo, done }
}

// A page that is left has no time to wait.
addEventListener('pagehide', () => { for (const tell of deleted.values()) tell?.() })
