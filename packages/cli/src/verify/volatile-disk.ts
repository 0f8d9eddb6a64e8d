/**
 * Stands between a log and its disk: it fills up when it is told to, and what was not synced when its process was killed is
 * cut off before the next one reads it, as if the power had gone. A system keeps what a killed process has written, so that
 * a kill alone would prove no sync.
 */
import { constants, openSync, writeSync } from 'node:fs'
import { readFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogFile, LogFiles } from '@downlink/collector'

export interface VolatileDisk {
  isFull: boolean
  /** @returns the files of the log, as if they were on this disk */
  wrap(files: LogFiles): LogFiles
}

/**
 * Cuts off what the process before it has not synced.
 *
 * @param data folder of a collector, which is made already
 */
export async function openVolatileDisk(data: string): Promise<VolatileDisk> {
  const note = join(data, 'synced-lengths.json')
  const lengths = await readLengths(note)
  for (const [name, length] of lengths) await cut(join(data, 'log', name), length)
  const descriptor = openSync(note, constants.O_RDWR | constants.O_CREAT)
  const disk: VolatileDisk = {
    isFull: false,
    wrap: (files) => ({
      ...files,
      async create(name) {
        if (disk.isFull) throw noSpace()
        remember(name, 0)
        return volatile(name, await files.create(name))
      },
      open: async (name) => volatile(name, await files.open(name)),
      async remove(name) {
        await files.remove(name)
        lengths.delete(name)
      },
      async space() {
        const { free, total } = await files.space()
        return { free: disk.isFull ? 0 : free, total }
      },
    }),
  }
  return disk

  function volatile(name: string, file: LogFile): LogFile {
    let written = 0
    return {
      ...file,
      async write(parts, position) {
        // It may have filled up since somebody asked for its space: then it takes a part.
        const taken = disk.isFull ? parts.slice(0, parts.length / 2) : parts
        await file.write(taken, position)
        written = Math.max(written, position + taken.reduce((sum, { length }) => sum + length, 0))
        if (disk.isFull) throw noSpace()
      },
      async sync() {
        const length = written
        await sleep(syncMs)
        await file.sync()
        remember(name, Math.max(length, lengths.get(name) ?? 0))
      },
    }
  }

  /** In one write, which the end of the process can't tear; the system keeps it. */
  function remember(name: string, length: number): void {
    lengths.set(name, length)
    writeSync(descriptor, `${JSON.stringify([...lengths])}${padding}`, 0)
  }
}

/** What was written there before may be longer. */
const padding = ' '.repeat(1000)

/** A disk takes its time: an ack that does not wait for it would be found wanting by the next kill. */
const syncMs = 5

const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })

async function readLengths(note: string): Promise<Map<string, number>> {
  const text = await readFile(note, 'utf8').catch(() => '[]')
  return new Map(JSON.parse(text) as [string, number][])
}

async function cut(path: string, length: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > length) await truncate(path, length)
}
