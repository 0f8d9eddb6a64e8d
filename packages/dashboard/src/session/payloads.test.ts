import { expect, it } from 'vitest'
import { createPayloads } from './payloads.ts'
import { aPage, aTimeline } from './test-doubles.ts'

const anEvent = (seq: number) => ({
  id: `s:${seq}`,
  type: 'a',
  timestamp: seq,
  correctedTimestamp: seq,
  data: seq,
  sessionId: 's',
  seq,
  receivedAt: seq,
})

/** A session of every other sequence, whose pages hold at most so many events. */
function aSession(length: number, pageLength = 1000) {
  const asked: [after: number, limit: number][] = []
  const failing = new Set<number>()
  const columns = aTimeline(Array.from({ length }, (_, at) => ({ seq: at * 2 + 1, type: 'a', at })))
  const payloads = createPayloads('s', columns, async (_, after, limit) => {
    asked.push([after, limit])
    if (failing.has(after)) throw new Error('no')
    const seqs = Array.from({ length }, (_, at) => at * 2 + 1).filter((seq) => seq > after)
    return { events: seqs.slice(0, Math.min(limit, pageLength)).map(anEvent), next: null }
  })
  const settled = () => new Promise((resolve) => setTimeout(resolve))
  return { payloads, asked, failing, settled, columns }
}

it('reads what is wanted, once', async () => {
  const { payloads, asked, settled } = aSession(200)
  payloads.want('list', 60, 80)
  expect(payloads.get(60)).toBeUndefined()
  await settled()
  expect(payloads.get(60)?.seq).toBe(121)
  expect(payloads.get(100)).toBeUndefined()
  payloads.want('list', 70, 101)
  payloads.want('details', 70, 71)
  await settled()
  expect(payloads.get(100)?.seq).toBe(201)
  expect(asked).toEqual([
    [100, 50],
    [200, 50],
  ])
})

it('reads on where a page ends early', async () => {
  const { payloads, asked, settled } = aSession(50, 20)
  payloads.want('list', 0, 50)
  await settled()
  expect(payloads.get(49)?.seq).toBe(99)
  expect(asked).toEqual([
    [0, 50],
    [40, 30],
    [80, 10],
  ])
})

it('passes over what was wanted before it came to it', async () => {
  const { payloads, asked, settled } = aSession(2000)
  for (let from = 0; from < 1900; from += 60) payloads.want('list', from, from + 20)
  await settled()
  expect(asked.map(([after]) => after)).toEqual([0, 3700])
})

it('forgets what was looked at longest ago', async () => {
  const { payloads, settled } = aSession(5000)
  for (let from = 0; from < 5000; from += 50) {
    payloads.want('list', from, from + 50)
    await settled()
  }
  expect(payloads.get(0)).toBeUndefined()
  expect(payloads.get(4999)?.seq).toBe(9999)
})

it('says what failed, and asks again when it is wanted again', async () => {
  const { payloads, failing, settled } = aSession(50)
  failing.add(0)
  payloads.want('list', 0, 10)
  await settled()
  expect(payloads.fault()).toBe('no')
  failing.clear()
  payloads.want('list', 0, 10)
  await settled()
  expect(payloads.fault()).toBeUndefined()
  expect(payloads.get(0)?.seq).toBe(1)
})

it('reads the last chunk anew once there is more of it', async () => {
  const { payloads, settled, columns } = aSession(60)
  payloads.want('list', 50, 60)
  await settled()
  const asked = payloads.version()
  payloads.want('list', 50, 60)
  await settled()
  expect(payloads.version()).toBe(asked)
  columns.append(aPage([{ seq: 121, type: 'a', at: 60 }]))
  payloads.want('list', 50, 61)
  await settled()
  expect(payloads.version()).toBe(asked + 1)
})
