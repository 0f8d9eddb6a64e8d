/** Nothing lost, nothing twice: `downlink verify` deals every fault there is, again and again, and finds each event as it was pushed. */
import { expect, it } from 'vitest'
import { root, runNode } from '../../tools/node-tool.ts'

const timeoutMs = 600_000

/** Half a dozen kills and a full disk, which is a quarter of a minute; `downlink verify --events 1000000` takes its time. */
const events = 60_000

it('stores every event exactly once, in order, as it was pushed', { timeout: timeoutMs }, async () => {
  const seed = Number(process.env.DOWNLINK_SEED ?? Date.now() % 1_000_000)
  // At once: a run that times out has no other chance to say it.
  console.log(`DOWNLINK_SEED=${seed}`)
  const command = `${root}/packages/cli/bin/downlink.js`
  const args = ['verify', '--sessions', '9', '--events', `${events}`, '--faults', 'all', '--seed', `${seed}`, '--json']
  const { exitCode, output } = await runNode(command, args, { timeoutMs })
  expect(exitCode, output).toBe(0)
  console.log(output)
  const verdict = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '')
  expect(verdict).toMatchObject({ ok: true, missing: 0, pushed: events, acked: events })
  expect(verdict.stored + verdict.dropped).toBe(events)
  expect(verdict.dropped).toBeGreaterThan(0)
  expect(verdict.faults.kill_collector).toBe(6)
  expect(verdict.faults).toMatchObject({ kill_store: expect.any(Number), disk_full: expect.any(Number) })
})
