import { expect, it } from 'vitest'
import { createBackups } from './backups.ts'

it('lists the backups once the one that is being made is there, or has failed', async () => {
  let fail = (_error: Error): void => {}
  const store = { ask: () => new Promise<never>((_resolve, reject) => (fail = reject)) }
  const log = { logBegin: () => ({ segment: 's', offset: 0 }), keepLogFrom() {} }
  const backups = createBackups({ data: '/nowhere', folder: '/nowhere/backups', store, ...log, wallMs: () => 0 })
  const order: string[] = []
  const made = backups.make(7, () => {}).catch(() => void order.push('failed'))
  const listed = backups.outdate().then((found) => void order.push(`listed ${found.length}`))
  await new Promise(setImmediate)
  fail(new Error('The store is away'))
  await Promise.all([made, listed])
  expect(order).toEqual(['failed', 'listed 0'])
})
