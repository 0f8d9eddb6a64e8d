/** `downlink doctor` over real folders: what it prints, and how it exits. */
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshFolder, post, run, serve } from './run-command.ts'

async function aFolderAtRest(): Promise<string> {
  const collector = await serve()
  await post(collector.url, [{ type: 'jumped', data: { height: 1 } }])
  collector.child.kill('SIGTERM')
  await collector.exitCode
  return collector.data
}

async function damageHeader(data: string): Promise<void> {
  const file = await open(join(data, 'downlink.duckdb'), 'r+')
  await file.write(Buffer.alloc(64, 0xab), 0, 64, 0)
  await file.close()
}

it('says of a sound folder what it found, line by line or as JSON', async () => {
  const data = await aFolderAtRest()
  const { exitCode, stdout, stderr } = await run(['doctor', '--data', data])
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /^ok {4}The log: .*1 sound entry\.\nok {4}The database: .*1 sessions, 1 events, .*\nok {4}The ledgers of 1 session add up\.\n$/,
  )
  const json = await run(['doctor', '--data', data, '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ status: 'sound', data, log: { entries: 1 } })
})

it('says of a damaged one what to do, and does it only when told', async () => {
  const data = await aFolderAtRest()
  await damageHeader(data)
  const found = await run(['doctor', '--data', data])
  expect(found.exitCode).toBe(1)
  expect(found.stdout).toContain('bad   A header of the database is damaged.')
  expect(found.stderr).toContain('downlink doctor --repair')
  const before = await readdir(data)
  const planned = await run(['doctor', '--data', data, '--repair'])
  expect(planned.exitCode).toBe(1)
  expect(planned.stdout).toContain('Nothing was changed. To do it, add --yes.')
  expect(await readdir(data)).toEqual(before)
  const repaired = await run(['doctor', '--data', data, '--repair', '--yes'])
  expect([repaired.exitCode, repaired.stderr]).toEqual([0, ''])
  expect(repaired.stdout).toContain('Nothing is lost.')
  expect(repaired.stdout).toContain(`Quarantined: ${join(data, 'downlink.duckdb.corrupt-')}`)
  expect((await run(['doctor', '--data', data])).exitCode).toBe(0)
  const query = ['query', 'SELECT count(*) AS events FROM events', '--data', data, '--json']
  expect((await run(query)).stdout).toBe('{"events":1}\n')
})

it('leaves a folder alone that a collector has open, and says how to ask that one', async () => {
  const { data } = await serve()
  const { exitCode, stderr } = await run(['doctor', '--data', data])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[data_in_use]')
  expect(stderr).toContain('/readyz')
})

it.each([
  [['--yes'], 'bad_usage'],
  [['--from', 'x'], 'bad_usage'],
  [['--repair', '--from', 'not-there'], 'bad_usage'],
  [['--jsn'], '--jsn'],
])('exits with 2 for wrong usage: %j', async (flags, said) => {
  const { exitCode, stderr } = await run(['doctor', '--data', freshFolder(), ...flags])
  expect(exitCode).toBe(2)
  expect(stderr).toContain(said)
})

it('says so where there is nothing to examine', async () => {
  const { exitCode, stderr } = await run(['doctor', '--data', freshFolder()])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[no_data]')
})
