/** Decoding never throws, whatever comes. */
import { expect, it } from 'vitest'
import { decodeClientFrame } from './decode-client-frame.ts'
import { cutElement } from './element.ts'
import { checkEvent } from './event-limits.ts'

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

it.each([
  deep,
  `{"t":${deep}}`,
  `{"t":"batch","seq":${deep},"pushed":1,"events":[]}`,
  `{"t":"batch","seq":1,"pushed":1,"events":[{"drop":${deep}}]}`,
])('refuses a frame that is nested too deeply to be written down', (text) => {
  expect(decodeClientFrame(text).ok).toBe(false)
})

it('refuses an event that is nested too deeply', () => {
  expect(checkEvent(cutElement(deep, JSON.parse(deep)))).toMatchObject({ ok: false, error: { code: 'bad_event' } })
})

/** To write all of it down takes its depth squared. */
it.each([
  [deep, /got \[{40}…$/],
  [`{"type":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`, /got (\{"a":){8}…$/],
  [`{"type":["${'x'.repeat(200_000)}"]}`, /got \["x{38}…$/],
  ['{"type":[1,"a",{"b":null,"c":[]}]}', /got \[1,"a",\{"b":null,"c":\[\]\}\]$/],
])('writes down no more of what it refuses than it shows', (text, message) => {
  const checked = checkEvent(cutElement(text, JSON.parse(text)))
  expect(!checked.ok && checked.error.message).toMatch(message)
})

it.each(['\ud800', 'a\0b'])('refuses a type that no database keeps as it is: %j', (type) => {
  expect(checkEvent(cutElement('{"type":"","timestamp":1}', { type, timestamp: 1 }))).toMatchObject({
    ok: false,
    error: { code: 'bad_text' },
  })
})
