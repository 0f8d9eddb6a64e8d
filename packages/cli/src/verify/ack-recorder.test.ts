import { expect, it } from 'vitest'
import { createAckRecorder } from './ack-recorder.ts'

function aRecorder() {
  let nowMs = 0
  const acks = createAckRecorder(() => nowMs)
  return {
    acks,
    push(count: number) {
      for (let left = count; left > 0; left--) acks.recordPush()
    },
    ack(seq: number, afterMs: number) {
      nowMs += afterMs
      acks.recordAnswer(JSON.stringify({ t: 'ack', seq }))
    },
  }
}

it('tells how long each event waited, whatever acknowledged it', () => {
  const { acks, push, ack } = aRecorder()
  push(2)
  ack(1, 5)
  push(2)
  acks.recordAnswer('{"t":"beat"}')
  acks.recordAnswer('{"t":"welcome","ack":2}')
  acks.recordAnswer('{"ack":3}')
  ack(9, 10)
  expect(acks.latenciesMs).toEqual([5, 5, 0, 10])
  expect([acks.pushed, acks.acked]).toEqual([4, 4])
})

it('takes nothing for acknowledged by what a balancer answers in the place of a collector', () => {
  const { acks, push } = aRecorder()
  push(1)
  acks.recordAnswer('<html><body><h1>503 Service Unavailable</h1></body></html>')
  acks.recordAnswer('')
  acks.recordAnswer('null')
  expect([acks.pushed, acks.acked]).toEqual([1, 0])
})

it('counts apart what met a fault, and what waited behind that', () => {
  const { acks, push, ack } = aRecorder()
  push(1)
  ack(1, 1)
  push(1)
  acks.beginFault()
  push(1)
  acks.endFault()
  // Pushed after its end, while what it held up is not acknowledged.
  push(1)
  ack(3, 100)
  push(1)
  ack(5, 2)
  expect(acks.latenciesMs).toEqual([1, 100, 100, 102, 2])
  expect(acks.undisturbedMs).toEqual([1, 2])
})

it('keeps the first rejection', () => {
  const { acks, push } = aRecorder()
  push(2)
  const rejected = [{ seq: 1, code: 'schema', message: 'no' }]
  acks.recordAnswer(JSON.stringify({ t: 'ack', seq: 1, rejected }))
  acks.recordAnswer(JSON.stringify({ t: 'ack', seq: 2, rejected: [{ ...rejected[0], seq: 2 }] }))
  expect(acks.rejection).toEqual(rejected[0])
})
