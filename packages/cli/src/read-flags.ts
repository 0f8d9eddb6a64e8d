/** Where `tail` and `query` read: a running collector, or one that is run for the moment over a folder at rest. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createCollector } from '@downlink/collector'
import type { Command } from 'commander'
import { CliError } from './errors.ts'
import { webAddress } from './flags.ts'
import { createReader, type Reader } from './reader.ts'
import { readSecrets } from './secrets.ts'

export interface ReadFlags {
  readonly url: string
  readonly token?: string
  readonly data?: string
}

export const withReadFlags = (command: Command): Command =>
  command
    .option('--url <url>', 'the collector to ask', webAddress, 'http://127.0.0.1:4180')
    .option('--token <token>', 'its read token; else DOWNLINK_READ_TOKEN')
    .option('--data <folder>', 'read a data folder that no collector has open')

/** @throws {CliError} `no_data`, and as the reader does; {CollectorError} `data_in_use`, `data_unusable` */
export async function withReader<Result>(flags: ReadFlags, use: (reader: Reader) => Promise<Result>): Promise<Result> {
  if (flags.data !== undefined) return withFolder(flags.data, use)
  const given = flags.token === undefined ? [] : [flags.token]
  const [token] = await readSecrets({ flags: given, file: undefined, variable: 'DOWNLINK_READ_TOKEN' })
  return use(createReader({ url: flags.url, token, source: flags.url }))
}

/** Through a collector of our own, so that what holds for queries elsewhere holds here. Nobody else can use it. */
async function withFolder<Result>(data: string, use: (reader: Reader) => Promise<Result>): Promise<Result> {
  if (!existsSync(join(data, 'downlink.duckdb'))) {
    throw new CliError(
      'no_data',
      `There is no database in ${resolve(data)}`,
      'Name the folder that a collector had as --data.',
    )
  }
  const [key, token] = [randomUUID(), randomUUID()]
  const collector = createCollector({ data, keys: [key], readToken: token, logger: false })
  try {
    const { url } = await collector.listen({ port: 0 })
    return await use(createReader({ url, token, source: resolve(data) }))
  } finally {
    await collector.close()
  }
}
