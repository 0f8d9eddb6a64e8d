/** Addresses as they are compared and counted. None is stored. */
import { isIP, SocketAddress } from 'node:net'

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
