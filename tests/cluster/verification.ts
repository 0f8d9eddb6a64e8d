/** Says how `downlink verify` is run against a whole cluster. */
import { join } from 'node:path'
import { root } from '../../tools/node-tool.ts'
import type { FaultControl } from './fault-control.ts'
import { secrets, type WholeCluster } from './whole-cluster.ts'

export interface Verification {
  /** Of Node. */
  readonly args: readonly string[]
  /** Beside its own. */
  readonly env: Readonly<Record<string, string>>
}

export function verificationOf(
  { url, certificate }: Pick<WholeCluster, 'url' | 'certificate'>,
  { onFault }: Pick<FaultControl, 'onFault'>,
  flags: readonly string[],
): Verification {
  return {
    args: [join(root, 'packages/cli/bin/downlink.js'), 'verify', '--url', url, '--on-fault', onFault, ...flags],
    env: {
      NODE_EXTRA_CA_CERTS: certificate,
      DOWNLINK_KEY: secrets.key,
      DOWNLINK_ADMIN_TOKEN: secrets.token,
    },
  }
}
