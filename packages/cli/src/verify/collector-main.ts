/** Runs the collector of a verification in a process of its own, so that it can be killed. Arguments: its folder, its port, its disk. */
import { createCollector } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { openVolatileDisk } from './volatile-disk.ts'

/** What it says to its parent. */
export type FromCollector =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly message: string }

/** What its parent says to it: from now on the disk of its log is so. */
export interface ToCollector {
  readonly disk: 'full' | 'free'
}

const [data = '', port, kind] = process.argv.slice(2)
const disk = kind === 'volatile' ? await openVolatileDisk(data) : undefined
const collector = createCollector({ data, logger: false, page: false }, disk ? { logFiles: disk.wrap } : {})
// One whose parent is gone ends by that, not by what it could not say.
const send = (message: FromCollector): void => void process.send?.(message, () => {})

process.on('message', (message) => {
  if (disk) disk.isFull = (message as ToCollector).disk === 'full'
})
// Whoever asked for the verification is through, or is gone itself.
process.once('disconnect', () => void collector.close().then(() => process.exit(0)))
// A terminal tells all of its processes; when this one ends is its parent's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

try {
  const { url } = await collector.listen({ port: Number(port) })
  send({ kind: 'listening', url })
} catch (error) {
  send({ kind: 'failed', message: messageOf(error) })
  process.disconnect()
}
