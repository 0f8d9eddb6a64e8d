/**
 * Proves by hand that a cluster loses nothing: starts all of one, and lets `downlink verify` deal every fault there is.
 *
 *     npx jiti tests/cluster/verify-cluster.ts --events 1000000 --sessions 16 --seed 1
 *     npx jiti tests/cluster/verify-cluster.ts --keep      # only starts it, and says how to verify it and deal its faults
 *
 * All else is handed on to `downlink verify`. It prints each fault as it is dealt.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { openFaultControl } from './fault-control.ts'
import { verificationOf } from './verification.ts'
import { startWholeCluster } from './whole-cluster.ts'

const given = process.argv.slice(2)
const isKept = given.includes('--keep')
const interrupted = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)))
const beganAtMs = performance.now()
const cluster = await startWholeCluster()
const control = await openFaultControl(cluster, (fault, tookMs) => {
  console.error(`${seconds(performance.now() - beganAtMs)}  ${fault.padEnd(24)} took ${seconds(tookMs)}`)
})
console.error(`Logs: ${cluster.folder}`)
const { args, env } = verificationOf(cluster, control, isKept ? [] : given)
if (isKept) {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  console.error(`${variables.join(' ')} node ${args.map((arg) => `'${arg}'`).join(' ')}`)
  await interrupted
} else {
  const command = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  const ended = once(command, 'exit')
  // A terminal tells both; who tells this process alone means the command, too.
  void interrupted.then(() => command.kill('SIGINT'))
  const [code] = await ended
  process.exitCode = typeof code === 'number' ? code : 1
}
control.close()
await cluster.close()

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8)
}
