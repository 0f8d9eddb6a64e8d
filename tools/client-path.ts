/** Finds the built files that an event passes in the client, from `push` until the socket has it. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './node-tool.ts'
import { filesThatRun, type Path, without } from './passed-files.ts'

/** What runs beside the event, and is never given it. */
const beside: Readonly<Record<string, string>> = {
  'packages/client/dist/create-telemetry.js': 'puts the path together',
  'packages/client/dist/clock.js': 'tells the time',
  'packages/client/dist/connection-timer.js': 'says when',
}

export async function filesFromPushToSend(): Promise<Path> {
  const { createTelemetry } = await import(pathToFileURL(join(root, 'packages/client/dist/index.js')).href)
  let run: (() => void) | undefined
  const sent: string[] = []
  const socket = {
    bufferedAmount: 0,
    onopen: null,
    onclose: null,
    onerror: null,
    onmessage: (_: { readonly data: string }): void => {},
    send: (text: string) => sent.push(text),
    close: () => {},
  }
  const telemetry = createTelemetry({
    enabled: true,
    url: 'ws://127.0.0.1/telemetry',
    environment: {
      createSocket: () => socket,
      setTimer(next: () => void) {
        run = next
        return () => {}
      },
      wallMs: () => 0,
      monotonicMs: () => 0,
      development: undefined,
    },
  })
  telemetry.start()
  run?.()
  const totals = { dropped: {}, rejected: {} }
  socket.onmessage({ data: JSON.stringify({ t: 'welcome', ack: 0, window: 9, maxBatchBytes: 9e9, totals }) })
  const files = await filesThatRun(() => {
    telemetry.push('tick', { n: 1 })
    run?.()
  })
  if (sent.length === 0) throw new Error('Expected the event to be sent, and nothing was')
  return without(files, beside)
}
