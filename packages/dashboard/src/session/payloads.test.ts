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

const from = (first: number, length: number) => Array.from({ length }, (_, at) => first + at)

it('reads what is wanted, once', async () => {
  const { payloads, asked, settled } = aSession(200)
  payloads.want('list', from(60, 20))
  expect(payloads.get(60)).toBeUndefined()
  await settled()
  expect(payloads.get(60)?.seq).toBe(121)
  expect(payloads.get(100)).toBeUndefined()
  payloads.want('list', from(70, 31))
  payloads.want('details', [70])
  await settled()
  expect(payloads.get(100)?.seq).toBe(201)
  expect(asked).toEqual([
    [120, 20],
    [160, 20],
    [200, 20],
  ])
})

it('reads what stands far apart, as it does where types are hidden', async () => {
  const { payloads, asked, settled } = aSession(5000)
  payloads.want('list', [10, 4000, 999])
  await settled()
  expect([10, 4000, 999].map((place) => payloads.get(place)?.seq)).toEqual([21, 8001, 1999])
  expect(asked).toHaveLength(3)
})

it('reads on where a page ends early', async () => {
  const { payloads, asked, settled } = aSession(20, 8)
  payloads.want('list', from(0, 20))
  await settled()
  expect(payloads.get(19)?.seq).toBe(39)
  expect(asked).toEqual([
    [0, 20],
    [16, 12],
    [32, 4],
  ])
})

it('passes over what was wanted before it came to it', async () => {
  const { payloads, asked, settled } = aSession(2000)
  for (let first = 0; first < 1900; first += 60) payloads.want('list', from(first, 20))
  await settled()
  expect(asked.map(([after]) => after)).toEqual([0, 3720])
})

it('forgets what was looked at longest ago', async () => {
  const { payloads, settled } = aSession(5000)
  for (let first = 0; first < 5000; first += 20) {
    payloads.want('list', from(first, 20))
    await settled()
  }
  expect(payloads.get(0)).toBeUndefined()
  expect(payloads.get(4999)?.seq).toBe(9999)
})

it('says what failed, and asks again when it is wanted again', async () => {
  const { payloads, failing, settled } = aSession(20)
  failing.add(0)
  payloads.want('list', from(0, 10))
  await settled()
  expect(payloads.fault()).toBe('no')
  failing.clear()
  payloads.want('list', from(0, 10))
  await settled()
  expect(payloads.fault()).toBeUndefined()
  expect(payloads.get(0)?.seq).toBe(1)
})

it('reads the last chunk anew once there is more of it', async () => {
  const { payloads, settled, columns } = aSession(30)
  payloads.want('list', from(20, 10))
  await settled()
  const asked = payloads.version()
  payloads.want('list', from(20, 10))
  await settled()
  expect(payloads.version()).toBe(asked)
  columns.append(aPage([{ seq: 61, type: 'a', at: 30 }]))
  payloads.want('list', from(20, 11))
  await settled()
  expect(payloads.version()).toBe(asked + 1)
})
