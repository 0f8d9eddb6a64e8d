/** A disk that does what disks do: it forgets what was not synced, tears writes, fails, fills up and decays. */
import type { LogFile, LogFiles } from './log-files.ts'

interface Content {
  /** What a process reads. */
  cached: Buffer
  /** What a power cut leaves. */
  durable: Buffer
  /** Whether the name survives a power cut. */
  isNamed: boolean
}

export interface FaultyDisk extends LogFiles {
  /** The next so many calls of a kind fail; a failed write leaves a part behind, a failed sync makes some bytes durable. */
  fail(kind: 'write' | 'sync' | 'folder-sync' | 'create', code?: string): void
  /** Any part of what was not synced survives: by blocks, each as it was written, as zeros or as garbage. */
  cutPower(): void
  /** Changes a byte of a file for good. */
  flip(name: string, position: number): void
  /** Ends a file early, for good. */
  truncate(name: string, length: number): void
  /** Takes a file away, for good. */
  lose(name: string): void
  /** Writes a file as it is, durably. */
  put(name: string, content: Buffer): void
  contentOf(name: string): Buffer
  /** All files, to be put back later in the place of what is there then. */
  copy(): ReadonlyMap<string, Buffer>
  putBack(files: ReadonlyMap<string, Buffer>): void
  free: number
  total: number
}

const blockBytes = 16

/** @param random in [0, 1) */
export function createFaultyDisk(random: () => number): FaultyDisk {
  const contents = new Map<string, Content>()
  const failures = new Map<string, string>()
  const failIfDue = (kind: string): void => {
    const code = failures.get(kind)
    failures.delete(kind)
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${kind}`), { code })
  }
  const contentOf = (name: string): Content => {
    const content = contents.get(name)
    if (!content) throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' })
    return content
  }
  const change = (name: string, make: (bytes: Buffer) => Buffer): void => {
    const content = contentOf(name)
    content.cached = make(content.cached)
    content.durable = make(content.durable)
  }

  const disk: FaultyDisk = {
    free: Number.MAX_SAFE_INTEGER,
    total: Number.MAX_SAFE_INTEGER,
    list: async () => [...contents.keys()],
    async create(name) {
      if (contents.has(name)) throw Object.assign(new Error(`EEXIST: ${name}`), { code: 'EEXIST' })
      failIfDue('create')
      contents.set(name, { cached: Buffer.alloc(0), durable: Buffer.alloc(0), isNamed: false })
      return fileOf(name)
    },
    open: async (name) => fileOf(name),
    remove: async (name) => void contents.delete(name),
    readText: async (name) => contents.get(name)?.cached.toString(),
    async replaceText(name, text) {
      const bytes = Buffer.from(text)
      // Its rename may reach the disk before its bytes do.
      contents.set(name, { cached: bytes, durable: Buffer.alloc(0), isNamed: true })
    },
    async sync() {
      failIfDue('folder-sync')
      for (const content of contents.values()) content.isNamed = true
    },
    space: async () => ({ free: disk.free, total: disk.total }),
    fail: (kind, code = 'EIO') => void failures.set(kind, code),
    cutPower() {
      for (const [name, content] of contents) {
        if (!content.isNamed && random() < 0.5) contents.delete(name)
        content.durable = survivors(content, () => (random() < 0.5 ? 'kept' : random() < 0.5 ? 'old' : 'garbage'))
        content.cached = Buffer.from(content.durable)
        content.isNamed = true
      }
    },
    flip: (name, position) =>
      change(name, (bytes) => {
        const changed = Buffer.from(bytes)
        if (position < changed.length) changed[position] = (changed[position] ?? 0) ^ 0x41
        return changed
      }),
    truncate: (name, length) => change(name, (bytes) => Buffer.from(bytes.subarray(0, length))),
    lose: (name) => void contents.delete(name),
    put: (name, bytes) =>
      void contents.set(name, { cached: Buffer.from(bytes), durable: Buffer.from(bytes), isNamed: true }),
    contentOf: (name) => Buffer.from(contentOf(name).cached),
    copy: () => new Map([...contents].map(([name, { cached }]) => [name, Buffer.from(cached)])),
    putBack(files) {
      contents.clear()
      for (const [name, bytes] of files) disk.put(name, bytes)
    },
  }
  return disk

  function fileOf(name: string): LogFile {
    const content = contentOf(name)
    return {
      size: async () => content.cached.length,
      read: async (position, length) => Buffer.from(content.cached.subarray(position, position + length)),
      async write(parts, position) {
        const bytes = Buffer.concat(parts)
        const failing = failures.has('write')
        const taken = failing ? Math.floor(random() * bytes.length) : bytes.length
        const grown = Buffer.alloc(Math.max(content.cached.length, position + taken))
        content.cached.copy(grown)
        bytes.copy(grown, position, 0, taken)
        content.cached = grown
        failIfDue('write')
      },
      async sync() {
        if (failures.has('sync')) content.durable = survivors(content, () => (random() < 0.5 ? 'kept' : 'old'))
        failIfDue('sync')
        content.durable = Buffer.from(content.cached)
      },
      close: async () => {},
    }
  }

  /** Bytes that were synced stay, also where a block was written anew with more behind them ("powersafe overwrite"). */
  function survivors({ cached, durable }: Content, fate: () => 'kept' | 'old' | 'garbage'): Buffer {
    const result = Buffer.alloc(cached.length)
    durable.copy(result)
    // Blocks are written each for itself, or in runs: then whole entries survive beside others that don't.
    const isInRuns = random() < 0.5
    let outcome = fate()
    for (let at = 0; at < cached.length; at += blockBytes) {
      const end = Math.min(at + blockBytes, cached.length)
      if (cached.subarray(at, end).equals(durable.subarray(at, end))) continue
      if (!isInRuns || random() < 0.05) outcome = fate()
      if (outcome === 'kept') cached.copy(result, at, at, end)
      else if (outcome === 'garbage') result.fill(0xff, Math.max(at, durable.length), end)
    }
    return result
  }
}
