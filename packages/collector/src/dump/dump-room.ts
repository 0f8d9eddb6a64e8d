/** Watches that dumps leave room on the disk: for the log, which must go on, and for the database. */
import { stat, statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface DumpRoom {
  /** Looks how a file grows, until told to end. What it holds counts until it is forgotten. */
  watch(path: string): Promise<RoomWatch>
  /** It is deleted. */
  forget(path: string): void
}

export interface RoomWatch {
  /** Aborted once there is no room left. */
  readonly full: AbortSignal
  /** @returns the file's size */
  end(): Promise<number>
}

export interface DumpRoomOptions {
  readonly folder: string
  /** Of all files together. */
  readonly maxBytes: number
}

/** What is left free: a tenth of the disk, or as much as the log may take. */
const reserve = { share: 0.1, maxBytes: 4_294_967_296 }

const intervalMs = 100

export function createDumpRoom({ folder, maxBytes }: DumpRoomOptions): DumpRoom {
  const files = new Map<string, number>()

  return {
    async watch(path) {
      const full = new AbortController()
      const ended = new AbortController()
      const look = async (): Promise<void> => {
        files.set(path, await sizeOf(path))
        if (await isFull()) full.abort()
      }
      await look()
      const watching = repeat(look, AbortSignal.any([ended.signal, full.signal]))
      return {
        full: full.signal,
        async end() {
          ended.abort()
          await watching
          await look()
          return files.get(path) ?? 0
        },
      }
    },
    forget: (path) => void files.delete(path),
  }

  async function isFull(): Promise<boolean> {
    const held = [...files.values()].reduce((sum, bytes) => sum + bytes, 0)
    const { bavail, blocks, bsize } = await statfs(folder)
    return held > maxBytes || bavail * bsize < Math.min(blocks * bsize * reserve.share, reserve.maxBytes)
  }
}

async function repeat(look: () => Promise<void>, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await sleep(intervalMs, undefined, { signal: ended }).catch(() => {})
    if (!ended.aborted) await look()
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )
