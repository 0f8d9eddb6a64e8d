/** Passes requests and upgrades on to a collector in another process, as they came: it judges host and origin itself. */
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
  ServerResponse,
} from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Duplex } from 'node:stream'

/**
 * @param url where it goes
 * @param lost called where nobody answers there, and nothing was answered yet
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  lost: () => void,
): void {
  const forwarded = send(request, url)
  forwarded.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, ofMessage(answer.headers))
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  forwarded.once('error', () => {
    if (response.headersSent) response.destroy()
    else lost()
  })
  response.once('close', () => forwarded.destroy())
  request.pipe(forwarded)
}

/** As `forwardRequest`, for what both sides say to each other after it. */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  url: string,
  lost: () => void,
): void {
  const forwarded = send(request, url)
  const end = (): void => {
    socket.destroy()
    forwarded.destroy()
  }
  let isAnswered = false
  socket.once('error', end)
  socket.once('close', end)
  forwarded.on('upgrade', (answer, other, otherHead) => {
    isAnswered = true
    socket.write(headOf(answer))
    socket.write(otherHead)
    other.write(head)
    other.once('error', end)
    other.once('close', end)
    other.pipe(socket).pipe(other)
  })
  forwarded.on('response', (answer) => {
    isAnswered = true
    socket.write(headOf(answer))
    answer.pipe(socket)
  })
  forwarded.once('error', () => {
    if (isAnswered || socket.destroyed) end()
    else lost()
  })
  forwarded.end()
}

/** Whether anybody answers at a URL, whatever that may be, within a second. */
export const isAnswering = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = open(url, { method: 'HEAD', timeout: 1000 })
    request.once('response', (answer) => {
      answer.resume()
      resolve(true)
    })
    request.once('timeout', () => request.destroy())
    // Also after the timeout.
    request.on('error', () => resolve(false))
    request.once('close', () => resolve(false))
    request.end()
  })

const send = (request: IncomingMessage, url: string): ClientRequest =>
  open(url, { method: request.method, headers: asAsked(request) })

/** Its certificate is one of this machine, which nobody has signed. */
const unsigned = { rejectUnauthorized: false }

const open = (url: string, options: RequestOptions): ClientRequest =>
  (url.startsWith('https:') ? requestHttps : requestHttp)(url, { ...options, ...unsigned })

/** Who asks from beyond this machine must not look as if it were this machine. */
function asAsked({ headers, socket: { remoteAddress = '' } }: IncomingMessage): OutgoingHttpHeaders {
  const host = headers.host ?? String(headers[':authority'] ?? '')
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(remoteAddress)
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':'))),
    host,
    ...(!isLocal && { 'x-forwarded-for': remoteAddress }),
  }
}

/** Without what holds for one connection alone (RFC 9110, 7.6.1). */
const ofMessage = ({
  connection: _,
  'keep-alive': __,
  'transfer-encoding': ___,
  ...others
}: IncomingHttpHeaders): OutgoingHttpHeaders => others

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []))
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n')
}
