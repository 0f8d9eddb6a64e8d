/** Reads from a request who sent it, to which host and whether over TLS, and believes proxies as far as they are trusted. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, SocketAddress } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastifyBaseLogger } from 'fastify'
import { CollectorError } from '../errors.ts'

/** None; how many stand before the collector; or their addresses and networks (CIDR). */
export type TrustedProxies = false | number | readonly string[]

export interface Proxies {
  /** Whom to count a request for. Empty where nobody knows, as behind a Unix socket. */
  senderOf(request: IncomingMessage): string
  /** The host that the sender called, in lower case. */
  hostOf(request: IncomingMessage): string
  /** Did the sender call over TLS? */
  isSecure(request: IncomingMessage): boolean
  /** Does it come straight from a proxy that is believed? */
  believes(request: IncomingMessage): boolean
}

/** @throws {CollectorError} `bad_option` */
export function createProxies(trusted: TrustedProxies): Proxies {
  const trusts = trustOf(trusted)
  const believes = ({ socket }: IncomingMessage): boolean => trusts(readAddress(socket.remoteAddress ?? '') ?? '', 0)

  return {
    believes,

    senderOf({ headers, socket }) {
      // Each proxy appends whom it heard it from, so only what stands on the right is theirs; the rest is the sender's.
      const hops = [socket.remoteAddress ?? '', ...valuesOf(headers['x-forwarded-for']).reverse()]
      let sender = ''
      for (const [hop, text] of hops.entries()) {
        const address = readAddress(text)
        if (address === undefined && hop > 0) break
        sender = address ?? ''
        if (!trusts(sender, hop)) break
      }
      return countedAs(sender)
    },

    hostOf: (request) =>
      (fromProxy(request, 'x-forwarded-host') ?? request.headers.host ?? authorityOf(request) ?? '').toLowerCase(),

    isSecure: (request) =>
      (request.socket as Partial<TLSSocket>).encrypted === true ||
      fromProxy(request, 'x-forwarded-proto')?.toLowerCase() === 'https',
  }

  /** What the proxy next to us says. */
  function fromProxy(request: IncomingMessage, name: string): string | undefined {
    return (believes(request) && valuesOf(request.headers[name]).at(-1)) || undefined
  }
}

/** What HTTP/2 has in the place of `Host` (RFC 9113, 8.3.1: https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1). */
function authorityOf({ headers }: IncomingMessage): string | undefined {
  const authority = headers[':authority']
  return typeof authority === 'string' ? authority : undefined
}

/** Is whoever has this address, so many hops away from us, a proxy to believe? */
type Trust = (address: string, hop: number) => boolean

function trustOf(trusted: TrustedProxies): Trust {
  if (trusted === false) return () => false
  if (typeof trusted === 'number') {
    if (!(Number.isSafeInteger(trusted) && trusted >= 1)) throw badProxies(trusted)
    return (_address, hop) => hop < trusted
  }
  if (!Array.isArray(trusted) || trusted.length === 0) throw badProxies(trusted)
  const known = new BlockList()
  for (const text of trusted) addNetwork(known, text)
  // Only this machine's own processes reach a Unix socket, which has no address.
  return (address) => address === '' || known.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

function addNetwork(known: BlockList, text: unknown): void {
  const [base = '', bits, ...rest] = String(text).split('/')
  const address = isIP(base) === 0 ? undefined : readAddress(base)
  if (address === undefined || rest.length > 0) throw badProxies(text)
  const [family, most] = isIP(address) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const)
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : 0
  // A network of all addresses would make every sender a proxy, to be believed in all that it says.
  if (prefix < 1 || prefix > most) throw badProxies(text)
  known.addSubnet(address, prefix, family)
}

const badProxies = (got: unknown): CollectorError =>
  new CollectorError(
    'bad_option',
    `Expected \`trustProxy\` to be how many proxies there are, from 1 up, or their addresses and networks such as "10.0.0.7" and "10.0.0.0/8", got ${JSON.stringify(got)}`,
  )

/** Node joins the lines of a header that came several times. */
const valuesOf = (header: string | readonly string[] | undefined): string[] =>
  header === undefined
    ? []
    : String(header)
        .split(',')
        .map((value) => value.trim())

/** Warns in the log, once, that a proxy was not believed: its operator sees one sender where there are many. */
export function warnOfProxies(proxies: Proxies, log: Pick<FastifyBaseLogger, 'warn'>): Proxies {
  let hasWarned = false
  return {
    ...proxies,
    senderOf(request) {
      if (!hasWarned && request.headers['x-forwarded-for'] !== undefined && !proxies.believes(request)) {
        hasWarned = true
        log.warn(
          'X-Forwarded-For came from an address that is no trusted proxy, and was not believed: whoever comes that way counts as one sender. Where it is a proxy of yours, name it with --trust-proxy.',
        )
      }
      return proxies.senderOf(request)
    },
  }
}

/**
 * Reads an address as sockets and proxies write it: with a port or without, IPv4 within IPv6 as IPv4.
 *
 * @returns undefined where it is none, such as the `unknown` of a proxy that hides its client
 */
export function readAddress(text: string): string | undefined {
  const [, inBrackets, beforePort] = /^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? []
  const address = inBrackets ?? beforePort ?? text
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : undefined
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=[\d.]+$)/, '')
}

/** Who counts as one sender: an IPv4 address, or the /64 of an IPv6 address, all of which one machine has. */
export const countedAs = (address: string): string => (isIP(address) === 6 ? networkOf(address) : address)

function networkOf(address: string): string {
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`
}
