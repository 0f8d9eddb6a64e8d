import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { makeSocketFolder } from './local-sockets.ts'
import { createReadClient } from './read-client.ts'
import type { StoreProcess } from './store-process.ts'

/** A store process whose reads a server of the test answers. */
async function aReadClient(server: Server, { isUp = true, killed = false } = {}) {
  const folder = await makeSocketFolder()
  const path = folder.path('store')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const waits: number[] = []
  const store: Pick<StoreProcess, 'whenUp' | 'flush' | 'wasKilled'> = {
    async whenUp(timeoutMs) {
      waits.push(timeoutMs)
      return isUp
    },
    flush: () => 7,
    wasKilled: async () => killed,
  }
  const reads = createReadClient(store as StoreProcess, path)
  onTestFinished(async () => {
    reads.close()
    server.close()
    await folder.remove()
  })
  return { reads, waits }
}

const read = { method: 'GET', path: '/events' }

/** Answers nothing for so many times. */
function aDyingServer(deaths: number): Server {
  let asked = 0
  return createServer((request, response) => {
    if (++asked <= deaths) request.socket.destroy()
    else response.end(`answer ${asked}`)
  })
}

it('waits once for a store that is away, and says so', async () => {
  const { reads, waits } = await aReadClient(aDyingServer(0), { isUp: false })
  await expect(reads.send(read)).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(waits).toEqual([3000])
})

it.each([
  ['wait=60', 60_000],
  ['respond-async, wait=7', 7000],
  ['wait=900', 60_000],
  ['wait=0', 3000],
])('waits for one that starts as long as %s says, and three seconds at least', async (prefer, expected) => {
  const { reads, waits } = await aReadClient(aDyingServer(0), { isUp: false })
  await expect(reads.send({ ...read, prefer })).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(waits).toEqual([expected])
})

it('asks once more where the store ended while it answered', async () => {
  const { reads } = await aReadClient(aDyingServer(1))
  expect(await text(await reads.send(read))).toBe('answer 2')
  const { reads: unlucky } = await aReadClient(aDyingServer(2))
  await expect(unlucky.send(read)).rejects.toMatchObject({ code: 'store_unavailable' })
})

it('does not ask once more what ended the store', async () => {
  const { reads, waits } = await aReadClient(aDyingServer(1), { killed: true })
  await expect(reads.send(read)).rejects.toMatchObject({ code: 'query_killed' })
  expect(waits).toEqual([3000])
})
