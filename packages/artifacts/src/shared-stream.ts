/** Shares one stream of bytes among several readers: read once, held only as long as the slowest needs it. */
import { kindOf, messageOf } from '@downlink/protocol'
import { isBytes } from './content.ts'
import type { SetTimer } from './deadline.ts'
import { ArtifactError } from './errors.ts'

export interface SharedStreamOptions {
  /** How long a reader may hold up the others before it is let go, in milliseconds. */
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
  options: SharedStreamOptions,
): readonly Branch[] {
  return new SharedStream(source, readers, options).branches
}

/** The one reader of the source, and what it holds for the branches. */
class SharedStream {
  readonly branches: readonly StreamBranch[]
  readonly #source: AsyncIterable<Uint8Array>
  readonly #options: SharedStreamOptions
  readonly #chunks: Uint8Array[] = []
  #buffered = 0
  /** Of the first chunk that is held, counted from the start of the stream. */
  #base = 0
  #iterator: AsyncIterator<Uint8Array> | undefined
  #isReading = false
  #end: { readonly error?: ArtifactError } | undefined
  #cancelStall: (() => void) | undefined
  #change = deferred()

  constructor(source: AsyncIterable<Uint8Array>, readers: number, options: SharedStreamOptions) {
    this.#source = source
    this.#options = options
    this.branches = Array.from({ length: readers }, () => new StreamBranch(this))
  }

  /** The next chunk of a branch, as soon as it is there; undefined at the end. Rejects where the source fails. */
  async nextChunk(branch: StreamBranch): Promise<Uint8Array | undefined> {
    for (;;) {
      if (branch.fault) throw branch.fault
      if (!branch.isOpen) return undefined
      const chunk = this.#chunks[branch.position - this.#base]
      if (chunk) {
        branch.advance(chunk)
        this.onMoved()
        return chunk
      }
      if (this.#end?.error) throw this.#end.error
      if (this.#end) return undefined
      // Taken first: a source that throws at once changes something before `#read` is back.
      const change = this.#change.promise
      if (this.#buffered <= this.#options.maxBufferedBytes) void this.#read()
      else this.#cancelStall ??= this.#options.setTimer(() => this.#closeStalled(), this.#options.stallMs)
      await change
    }
  }

  /** A branch has moved on, or was closed. */
  onMoved(): void {
    this.#dropRead()
    if (this.branches.every(({ isOpen }) => !isOpen)) this.#dispose()
    this.#notify()
  }

  async #read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      const { done, value } = await this.#iterator.next()
      if (done === true) this.#end = {}
      else if (isBytes(value)) this.#hold(value)
      else this.#fail(new ArtifactError('bad_content', `Expected the stream to give bytes, got ${kindOf(value)}`))
    } catch (cause) {
      this.#end = { error: new ArtifactError('content_failed', `The stream failed: ${messageOf(cause)}`, { cause }) }
    }
    this.#isReading = false
    this.#notify()
  }

  #hold(chunk: Uint8Array): void {
    // An empty chunk says nothing, and would not count against the limit.
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
  }

  #fail(error: ArtifactError): void {
    this.#end = { error }
    this.#dispose()
  }

  /** Drops what every reader has had. */
  #dropRead(): void {
    const slowest = Math.min(...this.branches.filter(({ isOpen }) => isOpen).map(({ position }) => position))
    while (this.#base < slowest && this.#chunks.length > 0) {
      this.#buffered -= this.#chunks.shift()?.length ?? 0
      this.#base += 1
    }
    if (this.#buffered > this.#options.maxBufferedBytes) return
    this.#cancelStall?.()
    this.#cancelStall = undefined
  }

  #closeStalled(): void {
    this.#cancelStall = undefined
    const stalled = this.branches.filter(({ isOpen, position }) => isOpen && position === this.#base)
    const message = `Reading stood still for ${this.#options.stallMs} ms and held up other writers`
    for (const branch of stalled) branch.close(new ArtifactError('stream_stalled', message))
  }

  #notify(): void {
    const { resolve } = this.#change
    this.#change = deferred()
    resolve()
  }

  /** Not waited for: a generator that hangs would not return either. */
  #dispose(): void {
    this.#cancelStall?.()
    this.#end ??= {}
    new Promise((resolve) => resolve(this.#iterator?.return?.())).catch(() => {})
  }
}

class StreamBranch implements Branch {
  readonly content: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => this.#begin() }
  /** Of the chunk that comes next, counted from the start of the stream. */
  position = 0
  bytes = 0
  isOpen = true
  /** Why it was closed before its time. */
  fault: ArtifactError | undefined
  readonly #stream: SharedStream
  #hasBegun = false

  constructor(stream: SharedStream) {
    this.#stream = stream
  }

  /** At once, so that what is asked for meanwhile gets the chunk after it. */
  advance(chunk: Uint8Array): void {
    this.position += 1
    this.bytes += chunk.length
  }

  close(fault?: ArtifactError): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.fault = fault
    this.#stream.onMoved()
  }

  #begin(): AsyncIterator<Uint8Array> {
    if (this.#hasBegun)
      throw new ArtifactError('content_failed', 'This content is a stream, which can be read only once')
    this.#hasBegun = true
    return {
      next: () => this.#next(),
      return: async () => {
        this.close()
        return { done: true, value: undefined }
      },
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    const value = await this.#stream.nextChunk(this)
    return value ? { done: false, value } : { done: true, value: undefined }
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
