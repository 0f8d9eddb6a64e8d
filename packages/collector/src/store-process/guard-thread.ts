/**
 * Ends the store process from a thread of its own, whatever holds the main one: when the collector has gone, and when the
 * process holds more memory than it may.
 */
import { Socket } from 'node:net'
import process from 'node:process'
import { workerData } from 'node:worker_threads'
import { outOfMemory } from './messages.ts'

export interface GuardOptions {
  /** The descriptor of a pipe from the collector, which says nothing and ends with its process. */
  readonly lifeline: number
  readonly maxResidentBytes: number
}

const watchIntervalMs = 50

const { lifeline, maxResidentBytes }: GuardOptions = workerData

const end = (): void => void process.kill(process.pid, 'SIGKILL')

const pipe = new Socket({ fd: lifeline, readable: true, writable: true })
pipe.on('error', end)
pipe.on('close', end)
pipe.resume()

setInterval(() => {
  if (process.memoryUsage.rss() <= maxResidentBytes) return
  pipe.write(outOfMemory, end)
  setTimeout(end, watchIntervalMs)
}, watchIntervalMs)
