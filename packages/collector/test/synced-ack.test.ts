/** Proves, by the calls that the system sees, that the log is synced before its ack is sent. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aCollectorProcess } from './collector-process.ts'
import { aClient, aFolder } from './harness.ts'

it('sends no ack before what it acknowledges is on the disk', async (context) => {
  if (spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status !== 0) {
    context.skip('to see a sync takes strace, which Linux has where it is installed and permitted')
  }
  const { listening, pid } = await aCollectorProcess(await aFolder())
  const client = await aClient(listening)
  await client.hello()
  const trace = join(await aFolder(), 'trace')
  const calls = 'trace=fdatasync,fsync,write,writev,sendto,sendmsg'
  const strace = spawn('strace', ['-f', '-s', '200', '-e', calls, '-o', trace, '-p', `${pid}`])
  await once(strace.stderr, 'data')
  for (let seq = 1; seq <= 5; seq++) {
    expect(await client.batch(seq, [{ type: 'a', timestamp: seq }])).toMatchObject({ t: 'ack', seq })
  }
  strace.kill('SIGINT')
  await once(strace, 'close')
  const steps = (await readFile(trace, 'utf8')).split('\n').flatMap((line) => {
    if (/f(data)?sync.*= 0$/.test(line)) return ['sync']
    return /\\"t\\":\\"ack\\"/.test(line) ? ['ack'] : []
  })
  const acks = steps.flatMap((step, at) => (step === 'ack' ? [at] : []))
  expect(acks).toHaveLength(5)
  for (const [at, ack] of acks.entries()) expect(steps.slice(acks[at - 1] ?? 0, ack)).toContain('sync')
})
