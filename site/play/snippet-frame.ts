/** Runs a snippet of the docs, as a module that imports the client by its name, and shows what it prints. */
import * as client from '@downlink/client'
import * as auto from '@downlink/client/auto'
import * as policies from '@downlink/client/policies'
import { listen, tell } from './frame.ts'

/** What the import map of the frame's page names. */
Object.assign(globalThis, {
  downlinkModules: {
    '@downlink/client': client,
    '@downlink/client/auto': auto,
    '@downlink/client/policies': policies,
  },
})

for (const level of ['log', 'warn', 'error'] as const) {
  const print = console[level]
  console[level] = (...values: readonly unknown[]) => {
    print(...values)
    tell({ kind: 'printed', level, text: values.map(textOf).join(' ') })
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 1))

listen((message) => {
  if (message.kind !== 'run') return
  const url = URL.createObjectURL(new Blob([message.code], { type: 'text/javascript' }))
  import(url).catch((error: unknown) => console.error(String(error)))
})
