/** Decoding never throws, whatever comes. */
import { expect, it } from 'vitest'
import { checkEvent } from './check-event.ts'
import { decodeClientFrame, decodePost } from './decode-client-frame.ts'

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

it.each([
  deep,
  `{"t":${deep}}`,
  `{"t":"batch","seq":${deep},"pushed":1,"events":[]}`,
  `{"t":"batch","seq":1,"pushed":1,"events":[{"drop":${deep}}]}`,
])('refuses a frame that is nested too deeply to be written down', (text) => {
  expect(decodeClientFrame(text).ok).toBe(false)
})

it('refuses meta that is nested too deeply', () => {
  const proof = '0123456789abcdef0123456789abcdef'
  const hello = { session: 's', proof, conn: 1, next: 1, pushed: 0, now: 1, meta: { labels: JSON.parse(deep) } }
  expect(decodePost({ ...hello, seq: 1, events: [] })).toMatchObject({ ok: false, error: { code: 'bad_frame' } })
})

it('refuses an event that is nested too deeply', () => {
  expect(checkEvent(JSON.parse(deep))).toMatchObject({ ok: false, error: { code: 'bad_event' } })
})

it.each(['\ud800', 'a\0b'])('refuses a type that no database keeps as it is: %j', (type) => {
  expect(checkEvent({ type, timestamp: 1 })).toMatchObject({ ok: false, error: { code: 'bad_text' } })
})

it('refuses a label whose name is not well-formed', () => {
  const hello = { t: 'hello', session: 's', proof: '0'.repeat(32), conn: 1, next: 1, pushed: 0, now: 1 }
  const text = JSON.stringify({ ...hello, meta: { labels: { '\ud800': 'x' } } })
  expect(decodeClientFrame(text)).toMatchObject({ ok: false, error: { code: 'bad_frame' } })
})
