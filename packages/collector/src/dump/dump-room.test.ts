import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createDumpRoom } from './dump-room.ts'

async function aRoom(maxBytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-room-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const room = createDumpRoom({ folder, maxBytes })
  const write = async (name: string, bytes: number) => {
    const path = join(folder, name)
    const watch = await room.watch(path)
    await writeFile(path, Buffer.alloc(bytes))
    return { path, size: await watch.end(), isFull: watch.full.aborted }
  }
  return { room, write }
}

it('lets files grow to the bound, all of them together', async () => {
  const { room, write } = await aRoom(1000)
  const first = await write('first', 600)
  expect(first).toMatchObject({ size: 600, isFull: false })
  expect(await write('second', 400)).toMatchObject({ size: 400, isFull: false })
  expect(await write('third', 1)).toMatchObject({ isFull: true })
  room.forget(first.path)
  expect(await write('fourth', 599)).toMatchObject({ isFull: false })
})

it('is full once a file that is being written has grown too large', async () => {
  const { room } = await aRoom(1000)
  const folder = await mkdtemp(join(tmpdir(), 'downlink-room-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'grows')
  const { full, end } = await room.watch(path)
  const aborted = new Promise((resolve) => full.addEventListener('abort', resolve))
  await writeFile(path, Buffer.alloc(1001))
  await aborted
  expect(await end()).toBe(1001)
})
