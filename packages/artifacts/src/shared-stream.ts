/** One stream of bytes for several readers: read once, held only as long as the slowest needs it. */

import { kindOf, messageOf } from '@downlink/protocol'
import { isBytes } from './content.ts'
import type { SetTimer } from './deadline.ts'
import { ArtifactError } from './errors.ts'

export interface SharedStreamOptions {
  /** How long a reader may hold up the others before it is let go. */
  readonly stallMs: number
  /** What a fast reader may be ahead of a slow one. */
  readonly maxBufferedBytes: number
  readonly setTimer: SetTimer
}

/** A reader's part of the stream. It can be read once, and is closed when its reader needs no more. */
export interface Branch {
  readonly content: AsyncIterable<Uint8Array>
  /** Handed out so far. */
  readonly bytes: number
  close(): void
}

/** Nothing is read before a reader asks for it. The source is told to end when nobody reads any more. */
export function shareStream(
  source: AsyncIterable<Uint8Array>,
  readers: number,
  { stallMs, maxBufferedBytes, setTimer }: SharedStreamOptions,
): Branch[] {
  const chunks: Uint8Array[] = []
  let buffered = 0
  /** Of the first chunk that is held, counted from the start of the stream. */
  let base = 0
  let iterator: AsyncIterator<Uint8Array> | undefined
  let reading = false
  let end: { readonly error?: ArtifactError } | undefined
  let cancelStall: (() => void) | undefined
  let changed = deferred()

  const branches = Array.from({ length: readers }, createBranch)
  return branches

  function createBranch(): Branch & { at: number; open: boolean; fault: ArtifactError | undefined } {
    const branch = {
      at: 0,
      bytes: 0,
      open: true,
      fault: undefined as ArtifactError | undefined,
      content: { [Symbol.asyncIterator]: begin },
      close,
    }
    let begun = false
    return branch

    function begin(): AsyncIterator<Uint8Array> {
      if (begun) throw new ArtifactError('content_failed', 'This content is a stream, which can be read only once')
      begun = true
      return { next, return: finish }
    }

    async function next(): Promise<IteratorResult<Uint8Array>> {
      for (;;) {
        if (branch.fault) throw branch.fault
        const chunk = branch.open ? chunks[branch.at - base] : undefined
        if (chunk) {
          branch.at += 1
          branch.bytes += chunk.length
          trim()
          return { done: false, value: chunk }
        }
        if (end?.error && branch.open) throw end.error
        if (end || !branch.open) return { done: true, value: undefined }
        // Taken first: a source that throws at once changes something before `read` is back.
        const change = changed.promise
        if (buffered <= maxBufferedBytes) void read()
        else cancelStall ??= setTimer(letGo, stallMs)
        await change
      }
    }

    async function finish(): Promise<IteratorResult<Uint8Array>> {
      close()
      return { done: true, value: undefined }
    }

    function close(): void {
      if (!branch.open) return
      branch.open = false
      trim()
      if (branches.every(({ open }) => !open)) dispose()
      notify()
    }
  }

  async function read(): Promise<void> {
    if (reading) return
    reading = true
    try {
      iterator ??= source[Symbol.asyncIterator]()
      const { done, value } = await iterator.next()
      if (done === true) end = {}
      else if (isBytes(value)) hold(value)
      else fail(new ArtifactError('bad_content', `Expected the stream to give bytes, got ${kindOf(value)}`))
    } catch (cause) {
      end = { error: new ArtifactError('content_failed', `The stream failed: ${messageOf(cause)}`, { cause }) }
    }
    reading = false
    notify()
  }

  function hold(chunk: Uint8Array): void {
    // An empty chunk says nothing, and would not count against the limit.
    if (chunk.length === 0) return
    chunks.push(chunk)
    buffered += chunk.length
  }

  function fail(error: ArtifactError): void {
    end = { error }
    dispose()
  }

  /** Drops what every reader has had. */
  function trim(): void {
    const slowest = Math.min(...branches.filter(({ open }) => open).map(({ at }) => at))
    while (base < slowest && chunks.length > 0) {
      buffered -= chunks.shift()?.length ?? 0
      base += 1
    }
    if (buffered > maxBufferedBytes) return
    cancelStall?.()
    cancelStall = undefined
    notify()
  }

  function letGo(): void {
    cancelStall = undefined
    for (const branch of branches.filter(({ open, at }) => open && at === base)) {
      branch.fault = new ArtifactError(
        'stream_stalled',
        `Reading stood still for ${stallMs} ms and held up other writers`,
      )
      branch.close()
    }
  }

  function notify(): void {
    const { resolve } = changed
    changed = deferred()
    resolve()
  }

  /** Not waited for: a generator that hangs would not return either. */
  function dispose(): void {
    cancelStall?.()
    end ??= {}
    new Promise((settle) => settle(iterator?.return?.())).catch(() => {})
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
