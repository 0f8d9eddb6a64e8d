import { expect, it } from 'vitest'
import { duckdb } from '../dialect/duckdb.ts'
import { assertionCopy, jsonCopy, sqlCopy } from './copies.ts'

it('writes SQL for one event, whatever its session is called', () => {
  expect(sqlCopy({ sessionId: "plain:o'neil", seq: 7 }, duckdb)).toBe(
    "SELECT * FROM events WHERE session_id = 'plain:o''neil' AND seq = 7",
  )
})

it('writes JSON that can be read back', () => {
  expect(JSON.parse(jsonCopy({ a: ['"', 1] }))).toEqual({ a: ['"', 1] })
})

it('writes an assertion with the matcher that there is', () => {
  expect(assertionCopy({ type: 'ship_destroyed', data: { team: 'red', at: { x: 1.5 }, by: [1, null] } })).toBe(
    "await expect(telemetry).toHaveReceived('ship_destroyed', { team: 'red', at: { x: 1.5 }, by: [1, null] })",
  )
  expect(assertionCopy({ type: 'hello', data: null })).toBe("await expect(telemetry).toHaveReceived('hello')")
})

const odd = {
  "it's": 'a "b" \\ \'c\'\n\u2028',
  'a-b': { __proto: 1, ['__proto__']: { x: [[], {}] } },
  long: Array.from({ length: 40 }, (_, at) => `value ${at}`),
}

it('writes literals that are the payload, whatever it holds', () => {
  const text = assertionCopy({ type: "o'dd", data: odd })
  const received: unknown[] = []
  const telemetry = 'telemetry'
  const take = () => ({ toHaveReceived: (...given: unknown[]) => void received.push(...given) })
  new Function('expect', 'telemetry', text.replace('await ', ''))(take, telemetry)
  expect(received).toEqual(["o'dd", odd])
  expect(Object.hasOwn((received[1] as typeof odd)['a-b'], '__proto__')).toBe(true)
})
