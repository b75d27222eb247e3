// The pictures that the server keeps, the newest first, as far as they have been asked for.

import { call, get } from './api.js'
import { notifier } from './dom.js'

const pageSize = 100

/** A list that grows at its end as it is scrolled, and at its start as pictures are drawn. */
export class PictureList {
  items = []
  isWhole = false
  changed = notifier()
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
    this.items.push(...items.filter(({ id }) => !this.#has(id) && !deleted.has(id)))
    this.#next = next
    this.isWhole = next === null
    this.changed()
  }

  /** Asks for what is newer than what is here. */
  async refresh() {
    const { items, next } = await get(this.#address(null))
    const fresh = items.filter(({ id }) => !this.#has(id) && !deleted.has(id))
    // More than a page came meanwhile: what lies between is not known, so the list begins anew.
    if (this.items.length && fresh.length === items.length && next) {
      this.items = fresh
      this.#next = next
      this.isWhole = false
    } else {
      this.items.unshift(...fresh)
    }
    this.changed()
    return fresh.length
  }

  #address(before) {
    const query = new URLSearchParams({ limit: pageSize, ...(before && { before }), ...(this.query && { q: this.query }) })
    return `/api/v1/images?${query}`
  }

  #has(id) { return this.items.some(item => item.id === id) }

  /** @returns {number} where it stood; -1 if it was not here */
  remove(id) {
    const index = this.items.findIndex(item => item.id === id)
    if (index >= 0) this.items.splice(index, 1)
    if (index >= 0) this.changed()
    return index
  }

  insert(picture, index) {
    if (index < 0) return
    this.items.splice(Math.min(index, this.items.length), 0, picture)
    this.changed()
  }
}

/** All pictures. */
export const all = new PictureList()

/** What the gallery lists: all pictures, or what was searched for. */
export let listed = all

export function list(query) {
  listed = query ? new PictureList(query) : all
  return listed
}

// Deleting can be undone for some seconds: only then the server is told.

/** By id: what tells the server; null once it was told. */
const deleted = new Map()

/**
 * Takes a picture out of the lists, and has it deleted a little later.
 * @returns {{undo: function, done: Promise}} `done` fails with a `CallError`
 */
export function remove(picture, milliseconds) {
  const places = [...new Set([all, listed])].map(list => [list, list.remove(picture.id)])
  const undo = () => {
    clearTimeout(timer)
    deleted.delete(picture.id)
    for (const [list, index] of places) list.insert(picture, index)
  }
  let timer
  const done = new Promise((resolve, reject) => {
    const tell = () => {
      clearTimeout(timer)
      deleted.set(picture.id, null)
      call('DELETE', `/api/v1/images/${picture.id}`, undefined, { keepalive: true }).then(resolve, error => { undo(); reject(error) })
    }
    timer = setTimeout(tell, milliseconds)
    deleted.set(picture.id, tell)
  })
  return { undo, done }
}

// A page that is left has no time to wait.
addEventListener('pagehide', () => { for (const tell of deleted.values()) tell?.() })
