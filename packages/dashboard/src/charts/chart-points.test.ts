import { expect, it } from 'vitest'
import { isNumeric, scaleOf } from './chart-points.ts'

it.each([
  ['TIMESTAMP', 'time'],
  ['DATE', 'time'],
  ["Nullable(DateTime64(6, 'UTC'))", 'time'],
  ['Date32', 'time'],
  ['BIGINT', 'number'],
  ['DECIMAL(38,0)', 'number'],
  ['UInt64', 'number'],
  ['Nullable(Float64)', 'number'],
  ['INTERVAL', 'name'],
  ['IntervalSecond', 'name'],
  ['LowCardinality(String)', 'name'],
  ['VARCHAR', 'name'],
])('a column of %s is drawn along a scale of kind %s', (type, scale) => {
  expect(scaleOf(type)).toBe(scale)
  expect(isNumeric(type)).toBe(scale === 'number')
})
