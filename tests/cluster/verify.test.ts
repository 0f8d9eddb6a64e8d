/** All of a cluster, and every fault there is: each event is stored once, as it was pushed. By hand, and longer: verify-cluster.ts. */
import { expect, it, onTestFinished } from 'vitest'
import { run, runNode } from '../../tools/node-tool.ts'
import { pathWithSystem } from './balancer.ts'
import { openFaultControl } from './fault-control.ts'
import { verificationOf } from './verification.ts'
import { startWholeCluster } from './whole-cluster.ts'

const timeoutMs = 600_000
const events = 6000

it('stores every event exactly once, whatever of a cluster is killed, cut off or away', {
  timeout: timeoutMs,
}, async (context) => {
  const found = await run('haproxy', ['-v'], { env: pathWithSystem() })
  if (found.exitCode !== 0) return context.skip('no haproxy: the package of that name in Debian and Homebrew')
  const seed = Number(process.env.DOWNLINK_SEED ?? Date.now() % 1_000_000)
  // At once: a run that times out has no other chance to say it.
  console.log(`DOWNLINK_SEED=${seed}`)
  const cluster = await startWholeCluster()
  onTestFinished(cluster.close, timeoutMs)
  const control = await openFaultControl(cluster)
  onTestFinished(control.close)
  const flags = ['--sessions', '3', '--events', `${events}`, '--faults', 'all', '--seed', `${seed}`, '--json']
  const { args, env } = verificationOf(cluster, control, flags)
  const [command = '', ...rest] = args
  const { exitCode, output } = await runNode(command, rest, { timeoutMs, env: { ...process.env, ...env } })
  expect(exitCode, output).toBe(0)
  console.log(output)
  const verdict = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '')
  expect(verdict).toMatchObject({ ok: true, missing: 0, pushed: events, acked: events })
  expect(verdict.stored + verdict.dropped).toBe(events)
  const dealt = Object.keys(verdict.faults).filter((name) => /^(kill|cut|stop)_/.test(name))
  expect(dealt.sort()).toEqual([
    ...['cut_collector_log', 'cut_collector_store', 'cut_log_log', 'cut_sink_log', 'cut_sink_store'],
    ...['kill_collector', 'kill_log_follower', 'kill_log_leader', 'kill_sink', 'kill_store'],
    ...['stop_sinks', 'stop_store'],
  ])
})
