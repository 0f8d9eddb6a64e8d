import { expect, it } from 'vitest'
import { formatAge, formatBytes, formatCounted, formatLarge, formatTime, shortSession } from './format.ts'

it.each([
  [0, 'now'],
  [-5000, 'now'],
  [59_000, '59 s ago'],
  [61_000, '1 min ago'],
  [7_300_000, '2 h ago'],
  [200_000_000, '2 d ago'],
])('%d ms ago is "%s"', (age, text) => {
  expect(formatAge(age)).toBe(text)
})

it.each([
  [0, '0 places'],
  [1, '1 place'],
  [1234, '1,234 places'],
])('%d of a place are "%s"', (count, text) => {
  expect(formatCounted(count, 'place')).toBe(text)
})

it('writes large counts short', () => {
  expect(formatLarge(999_999)).toBe('999,999')
  expect(formatLarge(1_234_567)).toBe('1.2M')
})

it.each([
  [0, '0 kB'],
  [64, '0.1 kB'],
  [999_900, '999.9 kB'],
  [1_234_567, '1.2 MB'],
  [4_000_000_000, '4 GB'],
])('%d bytes are "%s"', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it('survives a time that no date can hold', () => {
  expect(formatTime(9e15)).toBe('—')
  expect(formatTime(1_767_225_600_007)).toMatch(/^\d\d:00:00\.007$/)
})

it('shortens sessions to what tells them apart', () => {
  expect(shortSession('0197c6b2-8f7e-7000-8000-0000deadbeef')).toBe('…deadbeef')
  expect(shortSession('plain:0197c6b2-8f7e-7000-8000-0000deadbeef')).toBe('plain:…deadbeef')
  expect(shortSession('cascade-42')).toBe('cascade-42')
})
