/** Names who records what the pages of a server send, and brings their requests there where it is not a collector of the server's own. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connect, HttpServer } from 'vite'
import { forwardRequest, forwardUpgrade } from './forwarder.ts'

export type Recorder =
  | { readonly status: 'own'; readonly key: string | undefined }
  /** The collector of another server, at this URL, to which all is passed on. */
  | { readonly status: 'shared'; readonly key: string | undefined; readonly url: string }
  | { readonly status: 'none'; readonly reason: string }

/** Where requests and upgrades come in, and who takes them. */
export interface RecorderHost {
  readonly httpServer: HttpServer
  readonly middlewares: Pick<Connect.Server, 'use'>
  /** Of all that is meant for a collector. */
  readonly prefix: string
  recorder(): Recorder
  /** Finds one in the place of `asked`, which did not answer, or records nothing. */
  replace(asked: Recorder): Promise<void>
  readonly isOpening: () => boolean
  readonly isClosed: () => boolean
}

/** Requests come to it where there is no collector of one's own, which takes them before any middleware. */
export function answerRequests({ middlewares, prefix, recorder, replace, isClosed }: RecorderHost): void {
  middlewares.use((request, response, next) => {
    const path = pathBelow(prefix, request)
    if (path === undefined || isClosed()) return next()
    const asked = recorder()
    /** Whoever asks again finds the collector that is there by then. */
    const askAgain = async (): Promise<void> => {
      await replace(asked)
      const found = recorder()
      if (found.status !== 'none') response.writeHead(307, { location: request.url }).end()
      else response.writeHead(503, { 'content-type': 'text/plain' }).end(`Downlink records nothing: ${found.reason}`)
    }
    if (asked.status === 'shared') forwardRequest(request, response, asked.url + path, () => void askAgain())
    else void askAgain()
  })
}

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Listens to upgrades until a collector of one's own does: nobody else would answer them. */
export function createUpgradeListener(host: RecorderHost): UpgradeListener {
  const { httpServer, prefix, recorder, replace } = host
  return (request, socket, head) => {
    const path = pathBelow(prefix, request)
    if (path === undefined) return
    const asked = recorder()
    // Nobody else listens while it waits.
    socket.on('error', () => socket.destroy())
    const refuse = (): void => void socket.end(unavailable)
    /** By the collector that is there by then, once: a page that is refused comes again as late as its backoff has it. */
    async function again(): Promise<void> {
      await replace(asked)
      if (socket.destroyed) return
      const found = recorder()
      if (host.isClosed() || found.status === 'none') refuse()
      else if (found.status === 'own') httpServer.emit('upgrade', request, socket, head)
      else forwardUpgrade(request, socket, head, found.url + path, refuse)
    }
    if (asked.status !== 'shared' || host.isOpening()) void again()
    else forwardUpgrade(request, socket, head, asked.url + path, () => void again())
  }
}

const unavailable = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Of a request: with its query; undefined where it is not below the prefix. */
function pathBelow(prefix: string, { url = '' }: IncomingMessage): string | undefined {
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : undefined
  return rest !== undefined && /^([/?]|$)/.test(rest) ? rest : undefined
}
