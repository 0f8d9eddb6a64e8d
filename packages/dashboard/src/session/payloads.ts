/** Reads the payloads of those events that are looked at, some at a time, and forgets the ones that nobody looks at any more. */
import type { EventPage, StoredEvent } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { fetchEvents } from '../api.ts'
import { askAgain } from '../ask-again.ts'
import type { EventColumns } from './event-columns.ts'

export interface Payloads {
  /** Of the event at a place; undefined while it is not there. */
  get(place: number): StoredEvent | undefined
  /** Reads the events at these places, and no more what was wanted before by the same reader. */
  want(reader: string, places: readonly number[]): void
  /** Changes whenever something came. */
  version(): number
  /** Why the last read failed; undefined once one works. */
  fault(): string | undefined
  subscribe(listener: () => void): () => void
  /** Idempotent. */
  stop(): void
}

type FetchEvents = (
  sessionId: string,
  after: number,
  limit: number,
  signal: AbortSignal,
) => Promise<EventPage<StoredEvent>>

/** Events that are read at once, and how many such chunks are kept: a payload may be 64 KiB. */
const chunkLength = 20
const keptChunks = 120

export function createPayloads(sessionId: string, columns: EventColumns, fetch: FetchEvents = fetchEvents): Payloads {
  const listeners = new Set<() => void>()
  const wanted = new Map<string, readonly number[]>()
  /** The chunk that was read last stands last. */
  const chunks = new Map<number, ReadonlyMap<number, StoredEvent>>()
  const stopping = new AbortController()
  let isReading = false
  let version = 0
  let fault: string | undefined

  const isThere = (chunk: number): boolean => {
    const events = chunks.get(chunk)
    // The last chunk grows while the session goes on.
    return events !== undefined && events.size >= Math.min(chunkLength, columns.length - chunk * chunkLength)
  }

  function changed(): void {
    version++
    for (const listener of listeners) listener()
  }

  async function readWanted(): Promise<void> {
    if (isReading) return
    isReading = true
    const tried = new Set<number>()
    const isOpen = (chunk: number) => !isThere(chunk) && !tried.has(chunk)
    for (let next = first(isOpen); next !== undefined && !stopping.signal.aborted; next = first(isOpen)) {
      tried.add(next)
      try {
        chunks.delete(next)
        chunks.set(next, await readChunk(next))
        fault = undefined
        const [oldest] = chunks.keys()
        if (chunks.size > keptChunks && oldest !== undefined) chunks.delete(oldest)
      } catch (error) {
        fault = messageOf(error)
      }
      if (!stopping.signal.aborted) changed()
    }
    isReading = false
  }

  const first = (fits: (chunk: number) => boolean): number | undefined => [...wanted.values()].flat().find(fits)

  async function readChunk(chunk: number): Promise<ReadonlyMap<number, StoredEvent>> {
    const { signal } = stopping
    const events = new Map<number, StoredEvent>()
    const end = Math.min(columns.length, (chunk + 1) * chunkLength)
    // A page ends early where its payloads are large.
    for (let place = chunk * chunkLength; place < end; ) {
      const page = await askAgain(
        () => fetch(sessionId, columns.seqAt(place) - 1, end - place, signal),
        () => {},
        signal,
      )
      if (page.events.length === 0) break
      for (const event of page.events) events.set(event.seq, event)
      place += page.events.length
    }
    return events
  }

  return {
    get: (place) => chunks.get(Math.floor(place / chunkLength))?.get(columns.seqAt(place)),
    want(reader, places) {
      const chunksOfPlaces = new Set(places.map((place) => Math.floor(place / chunkLength)))
      // Two readers must not push out of the cache what the other one looks at.
      wanted.set(reader, [...chunksOfPlaces].slice(0, keptChunks / 2))
      void readWanted()
    },
    version: () => version,
    fault: () => fault,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => stopping.abort(),
  }
}
