/** Puts a network into a page: its WebSockets and POSTs reach the collector in it, and it can be cut. */
import type { PageCollector } from './page-collector.ts'

export interface PageNetwork {
  /** The browser sees it, as it sees a cable that is pulled: what is open closes, and what is tried fails. */
  setUp(isUp: boolean): void
}

/** One way of it, in milliseconds: about what a collector in the same city takes. */
const latencyMs = 20

/** @param scope whose WebSocket, POST and `navigator.onLine` are replaced */
export function installPageNetwork(scope: typeof globalThis, collector: PageCollector): PageNetwork {
  const sockets = new Set<PageSocket>()
  let isUp = true

  class PageSocket {
    readonly bufferedAmount = 0
    onopen: ((event: unknown) => void) | null = null
    onmessage: ((event: { readonly data: string }) => void) | null = null
    onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null
    onerror: ((event: unknown) => void) | null = null
    readonly #connection = collector.connect()

    constructor() {
      sockets.add(this)
      this.#later(() => (isUp ? this.onopen?.({}) : this.lose()))
    }

    send(text: string): void {
      this.#later(() => {
        const answer = this.#connection.read(text)
        if (answer) this.#later(() => this.onmessage?.({ data: JSON.stringify(answer) }))
        else this.lose(4400)
      })
    }

    close(): void {
      sockets.delete(this)
    }

    lose(code = 1006): void {
      if (sockets.delete(this)) this.onclose?.({ code, reason: '' })
    }

    /** What is under way when the network is cut does not arrive. */
    #later(run: () => void): void {
      scope.setTimeout(() => {
        if (sockets.has(this)) run()
      }, latencyMs)
    }
  }

  const fetchFile = scope.fetch
  Object.assign(scope, {
    WebSocket: PageSocket,
    async fetch(...[input, options]: Parameters<typeof fetch>): Promise<Response> {
      if (options?.method !== 'POST') return fetchFile(input, options)
      const answer = isUp ? collector.post(String(options.body)) : undefined
      if (answer === undefined) throw new TypeError('Failed to fetch')
      return new Response(answer)
    },
  })
  Object.defineProperty(scope.navigator, 'onLine', { get: () => isUp })

  return {
    setUp(up) {
      isUp = up
      if (!isUp) for (const socket of [...sockets]) socket.lose()
      scope.dispatchEvent(new Event(isUp ? 'online' : 'offline'))
    },
  }
}
