import { expect, it } from 'vitest'
import { byteSize, duration, natsServers } from './flags.ts'

it.each([
  ['1000', 1000],
  ['4GB', 4_000_000_000],
  ['4 gib', 4_294_967_296],
  ['1.5MiB', 1_572_864],
  ['2kB', 2000],
  ['3KiB', 3072],
  ['5B', 5],
])('reads %s as bytes', (text, bytes) => {
  expect(byteSize(1)(text)).toBe(bytes)
})

it.each(['', 'GB', '4G', '-1', '1e9', '0x10', '4TB', '4GB!', '999', '9999999999GB', '1.2.3'])(
  'refuses "%s"',
  (text) => {
    expect(() => byteSize(1000)(text)).toThrow('Expected bytes, from 1000 up, such as 4GB, 512MiB or 1000000000.')
  },
)

it.each([
  ['90s', 90],
  ['15m', 900],
  ['12h', 43_200],
  ['30d', 2_592_000],
])('reads %s as seconds', (text, seconds) => {
  expect(duration(1, 2_592_000)(text)).toBe(seconds)
})

it.each(['', 's', '60', '1.5h', '-1h', '1 h', '1H', '1w', '0s', '31d', '99999999999999999999d'])(
  'refuses "%s" as a time',
  (text) => {
    expect(() => duration(1, 2_592_000)(text)).toThrow('Expected 1 s to 2592000 s, such as 90s, 15m, 12h or 30d.')
  },
)

it('gives servers of NATS the scheme of the first, and leaves it to the collector to refuse what has none', () => {
  expect(natsServers('tls://a, b:4222')).toEqual(['tls://a', 'tls://b:4222'])
  expect(natsServers('user:s3cret@a')).toEqual(['user:s3cret@a'])
})
