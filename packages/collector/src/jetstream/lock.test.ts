import { expect, it } from 'vitest'
import { createLock } from './lock.ts'
import { aBucket } from './test-doubles.ts'

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

/** Processes over one bucket, with a clock that a test moves. */
function someProcesses() {
  const bucket = aBucket()
  const timers = new Map<() => void, number>()
  let nowMs = 0
  return {
    bucket,
    lockOf: (owner: string) =>
      createLock({
        ...{ bucket, key: 'expiry', owner, leaseMs: 3000, now: () => nowMs },
        setTimer(run, delayMs) {
          timers.set(run, nowMs + delayMs)
          return () => void timers.delete(run)
        },
      }),
    async pass(ms: number) {
      nowMs += ms
      for (const [run, dueMs] of [...timers]) if (dueMs <= nowMs && timers.delete(run)) run()
      await turns()
    },
  }
}

it('lets one at a time do its work, the next once it is through', async () => {
  const { lockOf, pass } = someProcesses()
  const log: string[] = []
  let end = (): void => {}
  const first = lockOf('one').hold(async (lock) => {
    log.push('one begins')
    await new Promise<void>((resolve) => (end = resolve))
    lock.check()
    log.push('one ends')
  })
  await turns()
  const second = lockOf('two').hold(async () => void log.push('two'))
  // For longer than a lease, which is renewed.
  for (let second = 0; second < 5; second++) await pass(1000)
  end()
  await first
  await pass(300)
  await second
  expect(log).toEqual(['one begins', 'one ends', 'two'])
})

it('is given away where the work fails', async () => {
  const { bucket, lockOf } = someProcesses()
  const failing = lockOf('one').hold(async () => {
    throw new Error('a failure')
  })
  await expect(failing).rejects.toThrow('a failure')
  expect(await bucket.keys()).toEqual([])
})

it('tells its holder that it was not renewed in time, and leaves it to who has it then', async () => {
  const { bucket, lockOf, pass } = someProcesses()
  const held = lockOf('one').hold(async (lock) => {
    await bucket.delete('expiry')
    await bucket.create('expiry', 'two')
    await pass(1000)
    lock.check()
    await pass(2000)
    lock.check()
  })
  await expect(held).rejects.toMatchObject({ code: 'log_unavailable' })
  expect(await bucket.keys()).toEqual(['expiry'])
})

it('says so where nobody can tell who holds it', async () => {
  const { bucket, lockOf } = someProcesses()
  const away = async () => {
    throw new Error('no servers')
  }
  Object.assign(bucket, { create: away, keys: away })
  await expect(lockOf('one').hold(async () => 1)).rejects.toMatchObject({ code: 'log_unavailable' })
})
