import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMessageWatch } from './message-watch.ts'

const [continuation, text, ping, pong] = [0x0, 0x1, 0x9, 0xa]

/** A frame as a client sends it, masked. */
function frame(opcode: number, payloadBytes: number, final = true): Buffer {
  const length =
    payloadBytes < 126
      ? [payloadBytes]
      : payloadBytes < 65_536
        ? [126, payloadBytes >> 8, payloadBytes & 0xff]
        : [127, 0, 0, 0, 0, 0, payloadBytes >> 16, (payloadBytes >> 8) & 0xff, payloadBytes & 0xff]
  const [first = 0, ...rest] = length
  // The payload looks like frames, to whoever takes it for some.
  return Buffer.concat([
    Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | first, ...rest, 1, 2, 3, 4]),
    Buffer.alloc(payloadBytes, 0x01),
  ])
}

function aWatch() {
  let nowMs = 0
  const watch = createMessageWatch(() => nowMs)
  return {
    watch,
    /** The time at which the message began that is unfinished after this chunk. */
    at(ms: number, ...chunks: Buffer[]) {
      nowMs = ms
      watch.read(Buffer.concat(chunks))
      return watch.unfinishedSinceMs
    },
  }
}

it('knows between messages from within one, however they are cut', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(text, ping, pong), fc.constantFrom(0, 1, 125, 126, 300, 70_000)), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(frames, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }), (sent, cuts) => {
      const { at } = aWatch()
      const parts = sent.map(([opcode, bytes]) => frame(opcode, opcode === text ? bytes : bytes % 126))
      const bytes = Buffer.concat(parts)
      const ends = new Set(parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length))
      const places = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b)
      let from = 0
      for (const place of places) {
        const since = at(place, bytes.subarray(from, place))
        expect(since === undefined).toBe(place === 0 || ends.has(place))
        from = place
      }
    }),
  )
})

it('takes fragments for one message, whatever control frames come between', () => {
  const { at } = aWatch()
  expect(at(1, frame(text, 1, false))).toBe(1)
  expect(at(2, frame(pong, 0), frame(continuation, 1, false), frame(ping, 5))).toBe(1)
  expect(at(3, frame(continuation, 1), frame(text, 9).subarray(0, 4))).toBe(3)
})

it('begins anew where the wait was nobody’s doing', () => {
  const { at, watch } = aWatch()
  expect(at(1, frame(text, 9).subarray(0, 4))).toBe(1)
  at(7)
  watch.restart()
  expect(watch.unfinishedSinceMs).toBe(7)
})
