/** Makes data folders at rest, and damages their files. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hello } from '@downlink/protocol'
import { aClient, aCollector, aFolderOnce, aHello, openClient, rowsOf } from './harness.ts'

export const blockBytes = 262_144
export const headersBytes = 12_288

/** Changes one byte for good. */
export async function flip(file: string, position: number): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, position)
  byte[0] = (byte[0] ?? 0) ^ 0x41
  await handle.write(byte, 0, 1, position)
  await handle.close()
}

export async function overwrite(path: string, from: number, bytes = 64, filling = 0xab): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(bytes, filling), 0, bytes, Math.floor(from))
  await file.close()
}

export const flipInBlock = (file: string, block: number): Promise<void> =>
  flip(file, headersBytes + block * blockBytes + 1000)

/** The block that holds the most of a column. */
export async function aBlockOf(data: string, table: string, column: string): Promise<number> {
  const [row] = await rowsOf(
    data,
    `SELECT block_id::INT FROM pragma_storage_info('${table}')
      WHERE column_name = '${column}' AND segment_type <> 'VALIDITY' AND block_id >= 0 ORDER BY count DESC LIMIT 1`,
  )
  return Number(row?.[0])
}

/** Text that no compression makes small, the same in each run. */
export function noise(seed: number, length: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += state.toString(36)
  }
  return text.slice(0, length)
}

/** Fills a folder with so many events of one session. */
export async function storeSession(data: string, events: number, bytes: number): Promise<{ readonly hello: Hello }> {
  const hello = aHello()
  const { listening, stop } = await aCollector({ data })
  const client = await aClient(listening, hello)
  await client.hello()
  for (let seq = 1; seq <= events; seq += 100) {
    const batch = Array.from({ length: 100 }, (_, at) => ({
      type: 'a',
      timestamp: seq + at,
      data: noise(seq + at, bytes),
    }))
    await client.batch(seq, batch)
  }
  await stop()
  return { hello }
}

/** Folders at rest, with so many events of one session: all that one of them gives are copies. */
export function aStoredSession(events: number, bytes = 1000) {
  const copy = aFolderOnce((data) => storeSession(data, events, bytes))
  return async () => {
    const { data, hello } = await copy()
    return { data, hello, file: join(data, 'downlink.duckdb') }
  }
}

/** Says hello, and comes back where the collector asks for it, as a client does while the store is opened anew. */
export async function handshake(telemetry: string, hello: Hello) {
  for (;;) {
    const client = await openClient({ telemetry }, hello)
    try {
      return { client, welcome: await client.hello() }
    } catch (error) {
      if (!String(error).includes('1013')) throw error
      await sleep(200)
    }
  }
}
