import { expect, it } from 'vitest'
import { formatTable } from './query.ts'

const columns = [
  { name: 'type', isNumber: false },
  { name: 'count', isNumber: true },
]

it('sets numbers to the right and texts to the left', () => {
  const table = formatTable(columns, [
    ['bullet_fired', 1204],
    ['x', 7],
  ])
  expect(table.split('\n')).toEqual([
    'type          count',
    '────────────  ─────',
    'bullet_fired   1204',
    'x                 7',
  ])
})

it('leaves nothing of null, and shows structures as JSON', () => {
  expect(formatTable(columns, [[null, { a: [1] }]]).split('\n')[2]).toBe('      {"a":[1]}')
})

it('cuts what is long', () => {
  const [, , row] = formatTable(columns, [['x'.repeat(200), 1]]).split('\n')
  expect(row).toBe(`${'x'.repeat(59)}…      1`)
})

it('lets no payload steer the terminal', () => {
  const [, , row] = formatTable(columns, [['a\n\x1b[31mred\u202e', 1]]).split('\n')
  expect(row).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})
