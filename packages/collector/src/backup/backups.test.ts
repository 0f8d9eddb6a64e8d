import { expect, it } from 'vitest'
import { createBackups } from './backups.ts'

it('lists the backups once the one that is being made is there, or has failed', async () => {
  let fail = (_error: Error): void => {}
  const store = { ask: () => new Promise<never>((_resolve, reject) => (fail = reject)) }
  const backups = createBackups({ data: '/nowhere', folder: '/nowhere/backups', store, wallMs: () => 0 })
  const order: string[] = []
  const made = backups.make(7, () => {}).catch(() => void order.push('failed'))
  const listed = backups.list().then((found) => void order.push(`listed ${found.length}`))
  await new Promise(setImmediate)
  fail(new Error('The store is away'))
  await Promise.all([made, listed])
  expect(order).toEqual(['failed', 'listed 0'])
})
