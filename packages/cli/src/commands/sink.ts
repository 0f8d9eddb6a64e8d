/** Runs `downlink sink`: follows the log of a cluster into its store, until it is told to end. */
import { createClusterSink } from '@downlink/collector/cluster-sink'
import { Command } from 'commander'
import { duration, natsServers, onlyGiven, wholeNumber } from '../flags.ts'
import { ended, startedOrExit, untilInterrupted } from '../interruption.ts'
import { createLog } from '../log.ts'
import { printJson } from '../output.ts'

interface SinkFlags {
  readonly log: readonly string[]
  readonly logCredentials?: string
  readonly store: string
  readonly storeCredentials?: string
  /** Seconds. */
  readonly keep?: number
  readonly port: number
  readonly host: string
  readonly verbose?: true
}

const examples = `
When it is ready it prints one line of JSON on stdout, {"url"}; its log goes to stderr. Below that address stand /metrics
and /healthz: numbers alone, for whoever can reach it. Run as many as you like: they share the partitions of the log.
With --keep each looks once an hour for what is too old, and one at a time deletes it: whole days, in UTC. Give it to all of
them alike.

Examples:
  downlink sink --log nats://a,b,c --store clickhouse://d:8123/downlink
  downlink sink --log nats://a,b,c --store clickhouse://d:8123/downlink --keep 30d`

const tenYearsS = 315_360_000

export function sinkCommand(): Command {
  return new Command('sink')
    .description('follow the log that collectors share into the store that they share')
    .requiredOption('--log <servers>', 'servers of NATS JetStream: nats://a,b,c', natsServers)
    .option('--log-credentials <file>', 'a file of credentials for them: as nsc writes it, user:password, or a token')
    .requiredOption('--store <url>', 'where events go: clickhouse://…')
    .option('--store-credentials <file>', 'a file with a user and a password for it')
    .option('--keep <time>', 'how long events are kept, such as 30d (default: for ever)', duration(60, tenYearsS))
    .option('--port <number>', 'where its metrics are; 0 takes any free port', wholeNumber(0, 65_535), 4181)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addHelpText('after', examples)
    .action(sink)
}

async function sink(flags: SinkFlags): Promise<void> {
  const { log, logCredentials, store, storeCredentials, keep, port, host, verbose } = flags
  const ending = untilInterrupted()
  const logger = createLog(verbose ? 'debug' : 'info')
  const running = createClusterSink({
    log: { nats: log, ...onlyGiven({ credentials: logCredentials }) },
    store: { clickhouse: store, ...onlyGiven({ credentials: storeCredentials }) },
    ...(keep !== undefined && { retention: { keepMs: keep * 1000 } }),
    logger,
  })
  const listening = await startedOrExit(running.listen({ port, host }), ending)
  printJson([listening])
  await ended(ending)
  logger.info('closing; a second signal forces it')
  await running.close()
}
