import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableJson, printableLine } from './printable.ts'

describe('printable', () => {
  it.each([
    ['x ##vso[task.complete result=Failed]', 'x # #vso[task.complete result=Failed]'],
    ["##teamcity[publishArtifacts 'a']##TeamCity[x]", "# #teamcity[publishArtifacts 'a']# #TeamCity[x]"],
    ['##[error]no', '# #[error]no'],
    ['###[error]no', '## #[error]no'],
    ['a\n  ::add-mask::x\n::set-output name=a::b', 'a\n  : :add-mask::x\n: :set-output name=a::b'],
    ['\u00a0\u3000::set-output name=a::b', '\u00a0\u3000: :set-output name=a::b'],
    ['a\r::set-output name=a::b', 'a\\u000d::set-output name=a::b'],
    ['\u2028::set-output name=a::b', '\\u2028::set-output name=a::b'],
    ['a\r\nb\n', 'a\nb\n'],
    ['\x1b[31mred\x1b]0;title\x07', '\\u001b[31mred\\u001b]0;title\\u0007'],
    ['\x9b31m', '\\u009b31m'],
    ['a\u202eb\u2066c\u200b\ufeff', 'a\\u202eb\\u2066c\\u200b\\ufeff'],
    ['\u{e0041}', '\\udb40\\udc41'],
  ])('makes %j into %j, and that is enough', (text, safe) => {
    expect(printable(text)).toBe(safe)
    expect(printable(safe)).toBe(safe)
  })

  it.each(['## heading', 'std::vector', '::1 is an address', '##vso', '', 'née 🚀', 'a\nb'])(
    'leaves %j alone',
    (text) => expect(printable(text)).toBe(text),
  )

  it('leaves nothing to obey of any text', () => {
    const pieces = fc.constantFrom('#', '##', 'vso', '[', '::', 'set-output', ' ', '\n', '\r', '\u00a0', '\u2028', 'a')
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const safe = printable(parts.join(''))
        expect(safe).not.toMatch(/##(vso|teamcity)?\[|[\r\u2028]/i)
        for (const line of safe.split('\n')) expect(line.trimStart()).not.toMatch(/^::[a-z]/i)
      }),
    )
  })
})

it('printableLine breaks no line', () => {
  expect(printableLine('a\n::set-output\r\nb')).toBe('a\\u000a::set-output\\u000d\\u000ab')
  expect(printableLine('::set-output')).toBe(': :set-output')
})

it('printableJson says the same, in JSON that commands nobody', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.constantFrom('##vso[a]', '##[x', 'a\u202e\x9b\u2028\u{e0041}', '##TeamCity['),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        const json = printableJson(JSON.stringify({ [text]: [text] }))
        expect(JSON.parse(json)).toEqual({ [text]: [text] })
        expect(json).not.toMatch(/##(vso|teamcity)?\[|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/iu)
      },
    ),
  )
})
