import { expect, it } from 'vitest'
import type { Environment } from './environment.ts'
import { aGame, filesOf, plainGame, run } from './test-doubles.ts'

/** What a page names in which port 4180 was written. */
const portIn = (page = ''): string | undefined => /127\.0\.0\.1:(\d+)\/client\.js/.exec(page)?.[1]

const taken = (...ports: readonly number[]): Partial<Environment> => ({
  isPortFree: async (port) => !ports.includes(port),
})

const served = (port: number) => [`npx --yes @downlink/cli serve --port ${port}`]

it('takes the next port that is free, says so first, and writes that one', async () => {
  const folder = await aGame(plainGame)
  const { printed, commands } = await run(folder, ['--yes'], taken(4180, 4181))
  expect(printed).toContain('port 4180 is taken: the collector gets 4182')
  expect(commands).toEqual(served(4182))
  expect(portIn((await filesOf(folder))['index.html'])).toBe('4182')
})

it('writes nothing where the port that was asked for is taken, and names one that is free', async () => {
  const folder = await aGame(plainGame)
  const { exitCode, warned, commands } = await run(folder, ['--yes', '--port', '4199'], taken(4199))
  expect([exitCode, commands]).toEqual([1, []])
  expect(warned).toContain('give --port 4200, or 0 for any that is free (port_taken)')
  expect(await filesOf(folder)).toEqual(plainGame)
})

it.each([
  ['0', [], '4180'],
  ['0', [4180], '4181'],
])('takes any with --port %s', async (port, ports, expected) => {
  const folder = await aGame(plainGame)
  await run(folder, ['--yes', '--port', port], taken(...ports))
  expect(portIn((await filesOf(folder))['index.html'])).toBe(expected)
})

it('starts its collector again at the port of the page', async () => {
  const folder = await aGame(plainGame)
  await run(folder, ['--yes', '--port', '4199'])
  const before = await filesOf(folder)
  const { printed, commands } = await run(folder, ['--yes'])
  expect(printed).toContain('There is nothing to do')
  expect([commands, await filesOf(folder)]).toEqual([served(4199), before])
})

it('changes the port in the page where another is asked for, and nothing else', async () => {
  const folder = await aGame(plainGame)
  await run(folder, ['--yes'])
  const before = (await filesOf(folder))['index.html']
  const { printed, commands } = await run(folder, ['--yes', '--port', '4201'])
  expect(printed).toContain('+ http://127.0.0.1:4201, in the place of http://127.0.0.1:4180')
  expect(commands).toEqual(served(4201))
  expect((await filesOf(folder))['index.html']).toBe(before?.replace(':4180/', ':4201/'))
})

it('uses the collector that runs at the port of the page', async () => {
  const folder = await aGame(plainGame)
  await run(folder, ['--yes'])
  let asked = 0
  const { exitCode, printed, commands } = await run(folder, ['--yes'], {
    ...taken(4180),
    fetchText: async (url) => {
      if (url.endsWith('/api/health')) return '{"refusals":[]}'
      return `{"events":[{"id":"a:${++asked}","type":"moved","data":{},"sessionId":"a"}]}`
    },
  })
  expect([exitCode, commands]).toEqual([0, []])
  expect(printed).toContain(
    "a collector runs at port 4180, which the page names: that one is used. Where it is another game's",
  )
  expect(printed).toContain('All of its session: http://127.0.0.1:4180/#/sessions/a')
})

it('says that a port is not chosen where the collector of the page runs', async () => {
  const folder = await aGame(plainGame)
  await run(folder, ['--yes'])
  const { printed } = await run(folder, ['--yes', '--port', '0', '--dry-run'], {
    ...taken(4180, 4181),
    fetchText: async () => '{"refusals":[]}',
  })
  expect(printed).toContain(
    "that one is used, and --port 0 has nothing to choose. Where it is another game's, give --port 4182",
  )
})

it('leaves the port of the page where something else than a collector has it', async () => {
  const folder = await aGame(plainGame)
  await run(folder, ['--yes'])
  const { commands } = await run(folder, ['--yes'], { ...taken(4180), fetchText: async () => '<!doctype html>' })
  expect(commands).toEqual(served(4181))
  expect(portIn((await filesOf(folder))['index.html'])).toBe('4181')
})

it('gives up where no port is free', async () => {
  const folder = await aGame(plainGame)
  const { exitCode, warned } = await run(folder, ['--yes'], { isPortFree: async () => false })
  expect([exitCode, await filesOf(folder)]).toEqual([1, plainGame])
  expect(warned).toContain('No port from 4180 to 4280 is free')
})
