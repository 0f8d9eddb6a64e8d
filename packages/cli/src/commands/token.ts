/** Runs `downlink token`, which signs a token that lets somebody into a collector until it ends. */
import { type Scope, signToken, tokenLimits } from '@downlink/collector'
import { Command, Option } from 'commander'
import { CliError } from '../errors.ts'
import { duration } from '../flags.ts'
import { printLines } from '../output.ts'
import { readSecrets } from '../secrets.ts'

interface TokenFlags {
  readonly scope: Scope
  readonly expires: number
  readonly secretFile?: string
}

const notes = `
The token alone is printed. A collector that was started with the same secret (serve --token-secret-file, or
DOWNLINK_TOKEN_SECRET) takes it wherever it takes a key or a token of that scope: write sends, read reads, admin changes
and deletes what is kept, and reads. Of a file with two secrets the first one signs.

Examples:
  downlink token --scope write --expires 15m --secret-file secret.txt
  DOWNLINK_READ_TOKEN=$(downlink token --scope read --expires 1h) downlink query "FROM sessions"`

export function tokenCommand(): Command {
  return new Command('token')
    .description('sign a token that ends by itself')
    .addOption(
      new Option('--scope <scope>', 'what it lets its holder do')
        .choices(['write', 'read', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--expires <time>', 'after so long', duration(1, tokenLimits.maxLifeSeconds), 3600)
    .option('--secret-file <file>', "a file with the collector's token secret; else DOWNLINK_TOKEN_SECRET")
    .addHelpText('after', notes)
    .action(token)
}

/** @throws {CliError} `bad_usage`, `bad_secret_file`; {CollectorError} `bad_option` */
async function token({ scope, expires, secretFile }: TokenFlags): Promise<void> {
  const [secret] = await readSecrets({ flags: [], file: secretFile, variable: 'DOWNLINK_TOKEN_SECRET' })
  if (secret === undefined) {
    throw new CliError('bad_usage', 'Expected a secret, got none', 'Give --secret-file, or DOWNLINK_TOKEN_SECRET.')
  }
  printLines([await signToken({ secret, scope, lifeSeconds: expires })])
}
