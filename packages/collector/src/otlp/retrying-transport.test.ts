import { expect, it } from 'vitest'
import { createRetryingTransport } from './retrying-transport.ts'
import type { SendOutcome } from './transport.ts'

/** Timers that are only noted, and end at once. */
function aRetrying(outcomes: readonly SendOutcome[], random = 0.5) {
  const delays: number[] = []
  const rest = [...outcomes]
  const transport = createRetryingTransport({
    transport: { send: async () => rest.shift() ?? { kind: 'accepted', rejected: 0 } },
    random: () => random,
    setTimer(run, delayMs) {
      delays.push(delayMs)
      setImmediate(run)
      return () => {}
    },
    onFailure() {},
  })
  return { transport, delays }
}

const away = (retryAfterMs?: number): SendOutcome => ({
  kind: 'unavailable',
  reason: 'HTTP 503',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
})
const { signal } = new AbortController()

it('waits twice as long each time, up to a minute, and a random part of that', async () => {
  const { transport, delays } = aRetrying(Array.from({ length: 9 }, () => away()))
  await transport.send('', signal)
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

it('waits for as long as it is told, but not for hours', async () => {
  const { transport, delays } = aRetrying([away(5000), away(0), away(86_400_000)])
  await transport.send('', signal)
  expect(delays).toEqual([5000, 1000, 600_000])
})

it('tries nothing again that is refused', async () => {
  const { transport, delays } = aRetrying([{ kind: 'refused', reason: 'HTTP 400' }])
  expect([await transport.send('', signal), delays]).toEqual([{ kind: 'refused', reason: 'HTTP 400' }, []])
})

it('ends its pause when it is not to be waited for any more', async () => {
  const controller = new AbortController()
  const transport = createRetryingTransport({
    transport: { send: async () => away() },
    random: () => 0.5,
    setTimer: () => () => {},
    onFailure: () => setImmediate(() => controller.abort()),
  })
  await expect(transport.send('', controller.signal)).rejects.toThrow('aborted')
})
