/** Runs `downlink serve`: a collector, until it is told to end. */
import { dirname } from 'node:path'
import {
  type Collector,
  createCollector,
  type ForgottenSessions,
  forgottenSessionModes,
  type Listening,
  type SchemaMode,
  schemaModes,
} from '@downlink/collector'
import { telemetryPath } from '@downlink/protocol'
import { Command, Option } from 'commander'
import type { Logger } from 'pino'
import { dataOption, defaultDataFolder, servedPage } from '../data-folder.ts'
import { byteSize, duration, gather, natsServers, onlyGiven, proxies, wholeNumber } from '../flags.ts'
import { ended, startedOrExit, untilInterrupted } from '../interruption.ts'
import { createLog } from '../log.ts'
import { readOtlpHeaders } from '../otlp-headers.ts'
import { printJson } from '../output.ts'
import { loadEventDefinitions } from '../schema-module.ts'
import { readSecrets } from '../secrets.ts'

interface ServeFlags {
  readonly port: number
  readonly host: string
  readonly data: string
  readonly log?: readonly string[]
  readonly logCredentials?: string
  readonly store?: string
  readonly storeCredentials?: string
  readonly key?: readonly string[]
  readonly keyFile?: string
  readonly readToken?: string
  readonly readTokenFile?: string
  readonly adminToken?: string
  readonly adminTokenFile?: string
  readonly tokenSecretFile?: string
  readonly origin?: readonly string[]
  readonly schema?: string
  readonly schemaMode?: SchemaMode
  readonly questions?: string
  readonly sourceMaps?: string
  readonly publicUrl?: string
  readonly trustProxy?: number | readonly string[]
  readonly maxLog?: number
  readonly keepLog?: number
  /** Seconds. */
  readonly keep?: number
  readonly maxBytes?: number
  readonly backups?: string
  /** Seconds. */
  readonly keepBackups?: number
  readonly keepSourceMaps?: number
  readonly forgottenSessions?: ForgottenSessions
  readonly otlp?: string
  readonly otlpHeader?: readonly string[]
  readonly otlpHeaderFile?: string
  readonly otlpService?: string
  readonly otlpBacklog?: number
  readonly verbose?: true
}

const examples = `
When it is ready it prints one line of JSON on stdout, {"url","telemetry","data"}; its log goes to stderr.
The addresses in it are those of --public-url; without it, and with --host 0.0.0.0 or ::, those of this machine's
loopback, which others replace by a name of the machine.
An --origin may be https://game.example, https://*.game.example for every name below it, capacitor://localhost or
another app's, null for pages that are files, or * for all.
Behind a proxy give --trust-proxy 1, or as many as there are, or where they are: --trust-proxy 10.0.0.7,10.1.0.0/16.
Secrets on a command line can be read by every user of the machine: prefer the environment (DOWNLINK_KEY,
DOWNLINK_READ_TOKEN, DOWNLINK_ADMIN_TOKEN, DOWNLINK_TOKEN_SECRET, DOWNLINK_OTLP_HEADERS) or a file.

Examples:
  downlink serve
  downlink serve --port 0 --data ./telemetry --schema ./src/events.ts --questions ./questions
  downlink serve --keep 30d --max-bytes 20GB --keep-backups 30d
  downlink serve --otlp http://127.0.0.1:4318 --otlp-service my-game
  downlink serve --log nats://a,b,c --store clickhouse://d:8123/downlink --key-file keys.txt
  downlink serve --host 0.0.0.0 --key-file keys.txt --read-token-file token.txt --origin https://game.example
  downlink serve --key-file keys.txt --read-token-file token.txt --public-url https://t.example --trust-proxy 1`

const tenYearsS = 315_360_000

export function serveCommand(): Command {
  return new Command('serve')
    .description('run a collector')
    .option('--port <number>', 'where to listen; 0 takes any free port', wholeNumber(0, 65_535), 4180)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(dataOption('where its data lies'))
    .option('--log <servers>', 'a log that collectors share: servers of NATS JetStream, nats://a,b,c', natsServers)
    .option('--log-credentials <file>', 'a file of credentials for them: as nsc writes it, user:password, or a token')
    .option('--store <url>', 'the store behind that log: clickhouse://…')
    .option('--store-credentials <file>', 'a file with a user and a password for it')
    .option('--key <key>', 'a write key; may be given several times', gather)
    .option('--key-file <file>', 'a file with a write key on each line')
    .option('--read-token <token>', 'wanted of whoever reads: page, queries, export')
    .option('--read-token-file <file>', 'a file with the read token')
    .option('--admin-token <token>', 'wanted of whoever changes or deletes what is kept')
    .option('--admin-token-file <file>', 'a file with the admin token')
    .option(
      '--token-secret-file <file>',
      'a file with what signed tokens are signed with: one line, or two at rotation',
    )
    .option('--origin <origin>', 'a page that may send from elsewhere; may be given several times', gather)
    .option('--schema <module>', 'a module that exports event definitions; TypeScript will do')
    .addOption(
      new Option('--schema-mode <mode>', 'what becomes of an event that no schema accepts (default: reject)').choices(
        schemaModes,
      ),
    )
    .option('--questions <folder>', "a folder of questions for the page: the team's own, a .sql file each")
    .option('--source-maps <folder>', 'where the source maps of the game lie (default: <data>/source-maps)')
    .option('--public-url <url>', 'what the collector is called from outside')
    .option(
      '--trust-proxy <proxies>',
      'proxies whose X-Forwarded headers are believed: how many, or their addresses',
      proxies,
    )
    .option(
      '--max-log <size>',
      "the log's size, beyond which nothing is taken until the database has caught up (default: 4GiB)",
      byteSize(1_048_576),
    )
    .option(
      '--keep-log <size>',
      'what is kept of the log since the last backup, beside --max-log; 0 for nothing (default: 1GiB)',
      byteSize(0),
    )
    .option('--backups <folder>', 'where backups go that are asked for over HTTP (default: <data>/backups)')
    .option(
      '--keep-backups <time>',
      'how long those are kept, but for the newest (default: until newer ones take their place)',
      duration(60, tenYearsS),
    )
    .option(
      '--keep-source-maps <time>',
      'how long a source map is kept that no build has kept again (default: for ever)',
      duration(60, tenYearsS),
    )
    .addOption(
      new Option(
        '--forgotten-sessions <mode>',
        'a forgotten session that comes back is refused, or starts anew (default: refuse)',
      ).choices(forgottenSessionModes),
    )
    .option('--keep <time>', 'how long events are kept, such as 30d (default: for ever)', duration(60, tenYearsS))
    .option(
      '--max-bytes <size>',
      'what database and log may take together; the oldest events go first (default: no bound)',
      byteSize(268_435_456),
    )
    .option('--otlp <url>', 'a backend of OpenTelemetry that gets each event as a log record, over HTTP')
    .option('--otlp-header <name=value>', 'sent with each of its requests; may be given several times', gather)
    .option('--otlp-header-file <file>', 'a file with a name=value on each line')
    .option('--otlp-service <name>', "the game's name there, service.name (default: downlink)")
    .option(
      '--otlp-backlog <size>',
      'what of the log waits for a backend that is away; beyond it the oldest is not sent (default: 1GiB)',
      byteSize(1_048_576),
    )
    .addHelpText('after', examples)
    .action(serve)
}

async function serve(flags: ServeFlags): Promise<void> {
  const ending = untilInterrupted()
  const log = createLog(flags.verbose ? 'debug' : 'info')
  const { collector, listening } = await startedOrExit(startCollector(flags, log), ending)
  printJson([reachable(listening, flags.publicUrl)])
  const lost = await Promise.race([ended(ending), collector.closed])
  if (lost) throw lost
  log.info('closing; a second signal forces it')
  await collector.close()
}

async function startCollector(flags: ServeFlags, logger: Logger): Promise<Started> {
  tellDataFolder(flags.data, logger)
  const collector = createCollector({
    data: flags.data,
    keys: await readSecrets({ flags: flags.key ?? [], file: flags.keyFile, variable: 'DOWNLINK_KEY' }),
    origins: flags.origin ?? [],
    logger,
    ...onlyGiven({
      events: flags.schema === undefined ? undefined : await loadEventDefinitions(flags.schema),
      schemaMode: flags.schemaMode,
      questions: flags.questions,
      sourceMaps: flags.sourceMaps,
      readToken: await readToken(flags.readToken, flags.readTokenFile, 'DOWNLINK_READ_TOKEN'),
      adminToken: await readToken(flags.adminToken, flags.adminTokenFile, 'DOWNLINK_ADMIN_TOKEN'),
      tokenSecrets: await readSecrets({
        flags: [],
        file: flags.tokenSecretFile,
        variable: 'DOWNLINK_TOKEN_SECRET',
      }),
      publicUrl: flags.publicUrl,
      trustProxy: flags.trustProxy,
      commit: onlyGiven({ maxLogBytes: flags.maxLog, keepLogBytes: flags.keepLog }),
      retention: retentionOf(flags),
      backups: flags.backups,
      ...clusterOf(flags),
      forgottenSessions: flags.forgottenSessions,
      otlp: await otlpOf(flags),
    }),
  })
  return { collector, listening: await collector.listen({ port: flags.port, host: flags.host }) }
}

/** Says where the data lies if that is not where one would look, or not where it should be. */
function tellDataFolder(data: string, log: Logger): void {
  const page = servedPage(data)
  if (page !== undefined) {
    log.warn({ data, page }, 'What is recorded lies where a page does: a server of those files serves it, too')
  } else if (data === defaultDataFolder() && dirname(data) !== process.cwd()) {
    log.info({ data }, 'What is recorded is kept here, for a page lies in this folder, or above it')
  }
}

const clusterOf = ({ log, logCredentials, store, storeCredentials }: ServeFlags) => ({
  log: log && { nats: log, ...onlyGiven({ credentials: logCredentials }) },
  store: store === undefined ? undefined : { clickhouse: store, ...onlyGiven({ credentials: storeCredentials }) },
})

const retentionOf = ({ keep, keepBackups, keepSourceMaps, maxBytes }: ServeFlags) =>
  onlyGiven({
    ...{ keepMs: inMs(keep), keepBackupsMs: inMs(keepBackups), keepSourceMapsMs: inMs(keepSourceMaps) },
    maxBytes,
  })

const inMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000)

/** Where there is no backend, nothing else of it is asked for. */
async function otlpOf({ otlp, otlpHeader, otlpHeaderFile, otlpService, otlpBacklog }: ServeFlags) {
  if (otlp === undefined) return undefined
  const headers = await readOtlpHeaders(otlpHeader, otlpHeaderFile)
  return { url: otlp, headers, ...onlyGiven({ serviceName: otlpService, maxBacklogBytes: otlpBacklog }) }
}

interface Started {
  readonly collector: Collector
  readonly listening: Listening
}

async function readToken(
  flag: string | undefined,
  file: string | undefined,
  variable: string,
): Promise<string | undefined> {
  const [token] = await readSecrets({ flags: flag === undefined ? [] : [flag], file, variable })
  return token
}

/** By `--host` where that stands for every address of the machine. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' }

/**
 * From outside by the public URL, if there is one; else at least from this machine.
 *
 * @example reachable(listening, 'https://telemetry.example').telemetry // 'wss://telemetry.example/telemetry'
 */
export function reachable(listening: Listening, publicUrl: string | undefined): Listening {
  const address = new URL(publicUrl ?? listening.url)
  if (publicUrl === undefined) address.hostname = loopbackOf[address.hostname] ?? address.hostname
  const url = `${address.origin}${address.pathname.replace(/\/+$/, '')}`
  return { ...listening, url, telemetry: `${url.replace(/^http/, 'ws')}${telemetryPath}` }
}
