/** Opens the API of what a command reads or changes: a running collector, or one that is run for the moment over a folder at rest. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type ApiClient, createApiClient } from './api-client.ts'
import { CliError } from './errors.ts'
import { collectorAddress } from './flags.ts'
import { printMessage } from './output.ts'
import { loadEventDefinitions } from './schema-module.ts'
import { readSecrets } from './secrets.ts'

export interface ReadFlags {
  readonly url: string
  readonly token?: string
  readonly data?: string
  readonly schema?: string
}

export const withReadFlags = (command: Command): Command =>
  command
    .option('--url <url>', 'the collector to ask', collectorAddress, 'http://127.0.0.1:4180')
    .option('--token <token>', 'its read token; else DOWNLINK_READ_TOKEN')
    .option('--data <folder>', 'read a data folder that no collector has open')
    .option('--schema <module>', 'with --data: the event definitions, for a view for each type; as for serve')

/** @throws {CliError} `no_data`, `bad_module`, and as the API client does; {CollectorError} `data_in_use`, `data_unusable` */
export async function withReadAccess<Result>(
  flags: ReadFlags,
  use: (api: ApiClient) => Promise<Result>,
): Promise<Result> {
  if (flags.data !== undefined) return withFolder(flags.data, flags.schema, use)
  const given = flags.token === undefined ? [] : [flags.token]
  const [token] = await readSecrets({ flags: given, file: undefined, variable: 'DOWNLINK_READ_TOKEN' })
  return use(createApiClient({ url: flags.url, token, source: flags.url, onBehind: tellBehind }))
}

function tellBehind(asOfMs: number): void {
  const time = new Date(asOfMs).toISOString()
  printMessage(`note: the database is behind, and has what was acknowledged before ${time}. The rest is in the log.`)
}

export type AdminFlags = Pick<ReadFlags, 'url' | 'token' | 'data' | 'schema'>

export const withAdminFlags = (command: Command): Command =>
  command
    .option('--url <url>', 'the collector to ask', collectorAddress, 'http://127.0.0.1:4180')
    .option('--token <token>', 'its admin token; else DOWNLINK_ADMIN_TOKEN')
    .option('--data <folder>', 'a data folder that no collector has open')

/** Throws as `withReadAccess` does. */
export async function withAdminAccess<Result>(
  flags: AdminFlags,
  use: (api: ApiClient) => Promise<Result>,
): Promise<Result> {
  if (flags.data !== undefined) return withFolder(flags.data, flags.schema, use)
  const given = flags.token === undefined ? [] : [flags.token]
  const [token] = await readSecrets({ flags: given, file: undefined, variable: 'DOWNLINK_ADMIN_TOKEN' })
  const tokenAdvice = 'Give its admin token: --token, or DOWNLINK_ADMIN_TOKEN.'
  return use(createApiClient({ url: flags.url, token, source: flags.url, tokenAdvice }))
}

/** Through a collector of our own, so that what holds for queries elsewhere holds here. Nobody else can use it. */
async function withFolder<Result>(
  data: string,
  schema: string | undefined,
  use: (api: ApiClient) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(join(data, 'downlink.duckdb'))) {
    throw new CliError(
      'no_data',
      `There is no database in ${resolve(data)}`,
      'Name the folder that a collector had as --data.',
    )
  }
  const [key, token] = [randomUUID(), randomUUID()]
  const events = schema === undefined ? {} : { events: await loadEventDefinitions(schema) }
  const secrets = { keys: [key], readToken: randomUUID(), adminToken: token }
  // Whoever asks a collector that runs need not load one.
  const { createCollector } = await import('@downlink/collector')
  const collector = createCollector({ data, ...secrets, logger: false, ...events })
  try {
    const { url } = await collector.listen({ port: 0 })
    return await use(createApiClient({ url, token, source: resolve(data), advise: adviseAtRest, onBehind: tellBehind }))
  } finally {
    await collector.close()
  }
}

/** The folder holds events, not their definitions: those make the views. */
const adviseAtRest = (code: string, message: string): string | undefined =>
  code === 'forbidden_sql' && message.startsWith('The table ')
    ? 'A view of an event type needs the definitions: name the module with --schema, as for `downlink serve`.'
    : undefined
