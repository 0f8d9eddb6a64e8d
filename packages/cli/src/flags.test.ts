import { expect, it } from 'vitest'
import { byteSize } from './flags.ts'

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
