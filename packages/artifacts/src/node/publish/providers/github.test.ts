import { expect, it } from 'vitest'
import { stepOutputs, stepSummary } from './github.ts'

it('uses another delimiter for each output', () => {
  const delimiters = [...stepOutputs({ a: '1', b: '2' }).matchAll(/<<(\S+)\n/g)].map(([, delimiter]) => delimiter)
  expect(new Set(delimiters).size).toBe(2)
})

it('shows names as they are, whatever is in them', () => {
  const summary = stepSummary('n', [{ path: 'a|b`<img>\n', bytes: 1, sha256: 'ab', state: 'present' }])
  expect(summary).toContain('| <code>a&#124;b&#96;&#60;img&#62;&#10;</code> | 1 | <code>ab</code> |')
})

it('names a hundred files, and how many more there are', () => {
  const files = Array.from({ length: 103 }, (_, at) => ({
    path: `f${at}`,
    bytes: 1,
    sha256: 'ab',
    state: 'present' as const,
  }))
  const summary = stepSummary('n', files)
  expect(summary).toContain('<code>f99</code>')
  expect(summary).not.toContain('<code>f100</code>')
  expect(summary).toContain('and 3 more')
})
