/**
 * Keeps and mends the headers of a DuckDB file: a main header and two database headers, each of 4096 bytes that begin with a checksum.
 * A checkpoint writes the two by turns, and the one with the higher iteration counts: a flipped bit in it would cost the
 * whole file, so a copy of the headers is kept beside it.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { writeSmallFile } from '../../small-files.ts'

const headerBytes = 4096
const mainAt = 0
const databaseAt = [headerBytes, 2 * headerBytes] as const
const blocksAt = 3 * headerBytes

/** Within a database header. */
const blockCountAt = 32
const blockBytesAt = 40

/** Where the copy of a file's headers is. */
export const headersOf = (file: string): string => `${file}.headers`

/**
 * Keeps a copy of a file's headers. After each checkpoint, before the log is told that it may forget: so one that is
 * out of date is of a state from which the log goes on.
 *
 * Not in a process that has the file open: POSIX drops all locks of a process on a file with the first of its handles.
 */
export async function keepHeaders(file: string): Promise<void> {
  const headers = await readHeaders(file)
  if (!soundPlaces(headers).every(Boolean)) return
  await writeSmallFile(headersOf(file), headers)
}

export const hasSoundHeaders = async (file: string): Promise<boolean> =>
  soundPlaces(await readHeaders(file)).every(Boolean)

/**
 * Mends a copy of a file, so that what its blocks hold can be read: damaged headers are taken from those that were kept.
 * Where none were, or they are of an earlier checkpoint, the database header that is left is the newest, or the one
 * before. A file that was cut short gets its length back.
 *
 * @param original whose headers were kept
 * @returns whether it is worth a try to open it
 */
export async function mendHeaders(file: string, original: string): Promise<boolean> {
  const kept = await readFile(headersOf(original)).catch(() => Buffer.alloc(0))
  return withFile(file, 'r+', async (handle) => {
    const headers = await readHeaders(file)
    for (const at of [mainAt, ...databaseAt]) {
      if (isSound(headers, at)) continue
      const other = databaseAt.find((place) => place !== at && isSound(headers, place))
      const isOutdated = at !== mainAt && other !== undefined && !headerAt(kept, other).equals(headerAt(headers, other))
      if (isSound(kept, at) && !isOutdated) headerAt(kept, at).copy(headers, at)
      else if (at !== mainAt && other !== undefined) headerAt(headers, other).copy(headers, at)
      else return false
    }
    await handle.write(headers, 0, headers.length, 0)
    const bytes = databaseAt.map(
      (at) => blocksAt + numberAt(headers, at + blockCountAt) * numberAt(headers, at + blockBytesAt),
    )
    const { size } = await handle.stat()
    if (size < Math.max(...bytes)) await handle.truncate(Math.max(...bytes))
    return true
  })
}

const soundPlaces = (headers: Buffer): readonly boolean[] => [mainAt, ...databaseAt].map((at) => isSound(headers, at))

const headerAt = (headers: Buffer, at: number): Buffer => headers.subarray(at, at + headerBytes)

const numberAt = (headers: Buffer, at: number): number => Number(headers.readBigUInt64LE(at))

/** DuckDB's own checksum of whole words (`src/common/checksum.cpp`). */
function isSound(headers: Buffer, start: number): boolean {
  if (headers.length < start + headerBytes) return false
  let sum = 5381n
  for (let at = start + 8; at < start + headerBytes; at += 8) {
    sum ^= BigInt.asUintN(64, headers.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n)
  }
  return sum === headers.readBigUInt64LE(start)
}

const readHeaders = (file: string): Promise<Buffer> =>
  withFile(file, 'r', async (handle) => {
    const bytes = Buffer.alloc(blocksAt)
    await handle.read(bytes, 0, blocksAt, 0)
    return bytes
  })

async function withFile<Result>(
  file: string,
  flags: string,
  use: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await open(file, flags)
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}
