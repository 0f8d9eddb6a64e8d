/**
 * Stands between a log and its disk: it fills up when it is told to, and what was not synced is gone with its process, as it
 * is with the power. A system keeps what a killed process has written, so that a kill alone would prove no sync.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogFile, LogFiles } from '@downlink/collector'

export interface VolatileDisk {
  isFull: boolean
  /** @returns the files of a folder, as if they were on this disk */
  wrap(files: LogFiles): LogFiles
}

export function createVolatileDisk(): VolatileDisk {
  const disk: VolatileDisk = {
    isFull: false,
    wrap: (files) => ({
      ...files,
      async create(name) {
        if (disk.isFull) throw noSpace()
        return volatile(await files.create(name))
      },
      open: async (name) => volatile(await files.open(name)),
      async space() {
        const { free, total } = await files.space()
        return { free: disk.isFull ? 0 : free, total }
      },
    }),
  }
  return disk

  function volatile(file: LogFile): LogFile {
    const unsynced: { readonly parts: readonly Uint8Array[]; readonly position: number }[] = []
    return {
      ...file,
      async write(parts, position) {
        // It may have filled up since somebody asked for its space: then it takes a part.
        unsynced.push({ parts: disk.isFull ? parts.slice(0, parts.length / 2) : parts, position })
        if (disk.isFull) throw noSpace()
      },
      async sync() {
        await sleep(syncMs)
        for (const { parts, position } of unsynced.splice(0)) await file.write(parts, position)
        await file.sync()
      },
    }
  }
}

/** A disk takes its time: an ack that does not wait for it would be found wanting by the next kill. */
const syncMs = 5

const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
