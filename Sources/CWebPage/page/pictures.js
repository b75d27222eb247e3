// The pictures that the server keeps, the newest first, as far as they have been asked for.

import { call, get } from './api.js'
import { notifier } from './dom.js'

const pageSize = 100
const mostAtOnce = 1000 // pictures that one call changes

/** Every picture that was told of, by id: all lists show the same object. */
const told = new Map()
/** Told of pictures whose star or albums have changed. */
export const picturesChanged = notifier()

/** The picture that an answer tells of. */
export function take(answer) {
  const picture = Object.assign(told.get(answer.id) ?? {}, answer)
  told.set(answer.id, picture)
  return picture
}

/** The picture with the id, from what is known here or from the server. */
export const find = async id => told.get(id) ?? take(await get(`/api/v1/images/${encodeURIComponent(id)}`))

/** Ids of pictures that are out of sight, because they are being deleted. */
const hidden = new Set()

/** Pictures of a job that follow each other, in the order in which they were drawn: left to right. */
function inOrder(pictures) {
  const ordered = []
  for (let start = 0, end; start < pictures.length; start = end) {
    for (end = start + 1; pictures[end]?.job === pictures[start].job;) end += 1
    ordered.push(...pictures.slice(start, end).sort((a, b) => (a.place ?? 0) - (b.place ?? 0)))
  }
  return ordered
}

/** A list that grows at its end as it is scrolled, and at its start as pictures are drawn. */
export class PictureList {
  /** What is shown: all that is known but what was deleted. */
  items = []
  isWhole = false
  changed = notifier()
  #known = []
  #next = null
  #reading = null
  #total = null

  /** @param {object} filter members of the query of `GET /api/v1/images`; none: all pictures */
  constructor(filter = {}) { this.filter = filter }

  /** Whether it leaves pictures out. */
  get isFiltered() { return Object.keys(this.filter).length > 0 }

  /** How many there are, read or not; null while that is not known. */
  get total() {
    if (this.isWhole) return this.items.length
    return this.#total === null ? null : Math.max(this.items.length, this.#total - (this.#known.length - this.items.length))
  }

  /** Asks for the next page, unless it is asked for already or there is none. */
  more() {
    if (this.isWhole) return Promise.resolve()
    return this.#reading ??= this.#read().finally(() => { this.#reading = null })
  }

  /** Asks for all that is not here yet. */
  async rest() { while (!this.isWhole) await this.more() }

  async #read() {
    const { items, next, total } = await get(this.#address(this.#next))
    this.#known.push(...this.#unknown(items))
    this.#next = next
    this.#total = total ?? null
    this.isWhole = next === null
    this.tell()
  }

  /** Asks for what is newer than what is here. */
  async refresh() {
    const { items, next, total } = await get(this.#address(null))
    const fresh = this.#unknown(items)
    this.#total = total ?? null
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

  /** Pictures that the server has no longer. */
  forget(ids) {
    const before = this.#known.length
    this.#known = this.#known.filter(({ id }) => !ids.has(id))
    if (this.#total !== null) this.#total -= before - this.#known.length
  }

  #address(before) {
    return `/api/v1/images?${new URLSearchParams({ limit: pageSize, ...(before && { before }), ...this.filter })}`
  }

  #unknown(items) {
    const ids = new Set(this.#known.map(({ id }) => id))
    return items.filter(({ id }) => !ids.has(id)).map(take)
  }

  tell() {
    this.items = inOrder(this.#known.filter(({ id }) => !hidden.has(id)))
    this.changed()
  }
}

/** All pictures. */
export const all = new PictureList()

/** What the gallery lists: all pictures, or what was looked for. */
export let listed = all

/** @param {object} filter as a `PictureList` has it */
export function list(filter) {
  listed = Object.keys(filter).length ? new PictureList(filter) : all
  return listed
}

const lists = () => new Set([all, listed])

/** Takes pictures out of sight, or shows them again. */
export function setHidden(pictures, isHidden) {
  for (const { id } of pictures) {
    if (isHidden) hidden.add(id)
    else hidden.delete(id)
  }
  for (const list of lists()) list.tell()
}

/** Pictures that the server has deleted. */
export function forget(pictures) {
  const ids = new Set(pictures.map(({ id }) => id))
  for (const id of ids) told.delete(id)
  for (const list of lists()) list.forget(ids)
}

/** As many as one call may name, then the next. */
export function portions(pictures) {
  const ids = pictures.map(({ id }) => id)
  return Array.from({ length: Math.ceil(ids.length / mostAtOnce) }, (_, index) => ids.slice(index * mostAtOnce, (index + 1) * mostAtOnce))
}

/**
 * Stars pictures, or puts them into albums: shown at once, and taken back when the server refuses.
 * @param {{is_favourite?: boolean, add_album?: string, remove_album?: string}} what
 * @throws {CallError}
 */
export async function change(pictures, what) {
  const before = pictures.map(({ is_favourite, albums }) => ({ is_favourite, albums }))
  for (const picture of pictures) {
    picture.is_favourite = what.is_favourite ?? picture.is_favourite
    const others = (picture.albums ?? []).filter(name => name !== what.add_album && name !== what.remove_album)
    picture.albums = what.add_album ? [...others, what.add_album] : others
  }
  picturesChanged(pictures)
  try {
    for (const ids of portions(pictures)) await call('POST', '/api/v1/images/change', { ids, ...what })
  } catch (error) {
    pictures.forEach((picture, index) => Object.assign(picture, before[index]))
    picturesChanged(pictures)
    throw error
  }
  readFacets()
}

/**
 * Gives an album another name; deletes it when there is none. Its pictures stay.
 * @throws {CallError}
 */
export async function changeAlbum(album, name) {
  const path = `/api/v1/albums/${encodeURIComponent(album)}`
  await (name ? call('PATCH', path, { name }) : call('DELETE', path))
  const pictures = [...told.values()].filter(({ albums }) => albums?.includes(album))
  for (const picture of pictures) picture.albums = [...picture.albums.filter(other => other !== album), ...(name ? [name] : [])]
  picturesChanged(pictures)
  await readFacets()
}

/** Whether a picture can have a star and albums; servers of before tell of neither. */
export const canBeKept = ({ is_favourite }) => is_favourite !== undefined

/** Models, samplers, albums and days that pictures have, with their numbers; null on a server that does not tell. */
export let facets = null
export const facetsChanged = notifier()

/** Asks for them. */
export async function readFacets() {
  try {
    facets = await get('/api/v1/images/facets')
  } catch {
    // What was known is as good as it gets without a connection.
  }
  facetsChanged()
}
