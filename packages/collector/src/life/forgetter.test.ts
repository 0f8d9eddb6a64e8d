import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { KeptBackup } from '../backup/kept-backups.ts'
import { encodeOperation, type Operation } from '../commit/operation.ts'
import { decodeFrame, encodeEntry } from '../log/entry.ts'
import { createForgetter } from './forgetter.ts'

const place = { segmentId: Buffer.from('a-segment'), offset: 0 }

const nobodyAsks = { ask: () => Promise.reject(new Error('Nobody asks it')) }

/** A forgetter over a folder of its own, whose operations and erasures are only noted. */
async function aForgetter({ backups = async (): Promise<readonly string[]> => [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-forgetter-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const done: string[] = []
  const operations: Operation[] = []
  const errors: unknown[] = []
  const forgetter = createForgetter({
    folder,
    operations: {
      async run(request) {
        operations.push({ ...request, id: 'o', askedAtMs: 1 })
        done.push('deleted')
        return { events: 1, rejected: 0 }
      },
    },
    eraser: {
      async erase() {
        done.push('erased')
        return []
      },
    },
    onForgotten() {},
    sentTo: undefined,
    async outdateBackups() {
      done.push('backups asked for')
      // Of a backup its path alone is told.
      return (await backups()).map((path) => ({ path }) as KeptBackup)
    },
    store: nobodyAsks,
    retryingStore: nobodyAsks,
    logger: { error: (details: unknown) => void errors.push(details) },
  })
  return { folder, forgetter, operations, done, errors }
}

it('deletes any number of sessions, by operations that the log can hold', async () => {
  const { forgetter, operations } = await aForgetter()
  const ids = Array.from({ length: 25 }, (_, at) => `${at}`.padStart(64, 'x'))
  expect(await forgetter.forget(ids)).toMatchObject({ sessions: 25, events: 3 })
  for (const operation of operations) {
    const entry = encodeOperation(operation)
    expect(decodeFrame(Buffer.concat(encodeEntry(entry, place)), place)?.head).toEqual(entry.head)
  }
  expect(operations.flatMap((operation) => (operation.kind === 'forget' ? operation.sessionIds : []))).toEqual(ids)
})

it.each(['x'.repeat(65), '', 'a b', 'plain:', "' OR true", '\u{1f680}'])(
  'refuses %j, which no session has',
  async (id) => {
    const { forgetter, operations, folder } = await aForgetter()
    await expect(forgetter.forget(['a', id])).rejects.toMatchObject({ code: 'data_damaged' })
    expect(operations).toEqual([])
    expect(await readdir(folder)).toEqual([])
  },
)

it('names a backup that is being made: it asks once all is deleted, and waits for the answer', async () => {
  let finish = (_paths: readonly string[]): void => {}
  const { forgetter, done } = await aForgetter({ backups: () => new Promise((resolve) => (finish = resolve)) })
  const forgotten = forgetter.forget(['a'])
  await expect.poll(() => done).toContain('erased')
  // One that is begun later has nothing of the session.
  expect(done.indexOf('deleted')).toBeLessThan(done.indexOf('backups asked for'))
  finish(['/backups/downlink-1'])
  expect(await forgotten).toMatchObject({ backups: [{ path: '/backups/downlink-1' }] })
})

it.each(['["torn', '{"sessions":1}', '[1,{}]', '["a b"]', ''])(
  'is kept from nobody by a note that says %j, and tells of it',
  async (note) => {
    const { folder, forgetter, operations, errors } = await aForgetter()
    await writeFile(join(folder, 'forgetting.json'), note)
    forgetter.resume()
    await expect.poll(() => errors.length).toBe(1)
    expect(await forgetter.forget(['b'])).toMatchObject({ sessions: 1 })
    expect(operations).toMatchObject([{ sessionIds: ['b'] }])
    expect(await readdir(folder)).toEqual([])
  },
)
