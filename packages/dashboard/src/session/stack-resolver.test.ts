import { expect, it } from 'vitest'
import { ApiError } from '../api.ts'
import { browserStacks } from './browser-stacks.ts'
import { readStack, type Stack } from './stack.ts'
import { createStackResolver } from './stack-resolver.ts'

const source = `class Ship {
  hit(cause: Cause) {
    if (cause === 'fire') throw new TypeError('No hull')
  }
}
function attempt(run: () => void) {
  try { run() } catch (error) { keep(error) }
}
`

/** Line 7 of the script leads to line 3 of the source, and line 10 to line 7; nothing leads on from others. */
const map = {
  version: 3,
  names: [],
  sources: ['src/ship.ts'],
  sourcesContent: [source],
  mappings: [[], [], [], [], [], [], [[0, 0, 2, 26]], [], [], [[0, 0, 6, 8]]],
}

function aResolver(mapOf: (script: string) => object | string | undefined = () => map) {
  const asked: [string, string | undefined][] = []
  const resolver = createStackResolver(async (script, build) => {
    asked.push([script, build])
    const found = mapOf(script)
    return typeof found === 'object' ? JSON.stringify(found) : found
  })
  const { signal } = new AbortController()
  const resolve = (stack: string, build?: string) => resolver.resolve(readStack(stack) as Stack, build, signal)
  return { asked, resolve }
}

it.each(['chromium', 'firefox', 'webkit'] as const)('leads a stack of %s to the sources', async (browser) => {
  const { asked, resolve } = aResolver()
  const { originals, faults } = await resolve(browserStacks[browser].method ?? '', '1.4')
  expect(asked).toEqual([['http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js', '1.4']])
  expect(faults).toEqual([])
  expect(originals[0]).toEqual({
    name: 'Ship.hit',
    file: 'src/ship.ts',
    line: 3,
    column: 27,
    excerpt: source
      .split('\n')
      .slice(0, 6)
      .map((text, at) => ({ line: at + 1, text })),
  })
  expect(originals.at(-2)).toMatchObject({ name: 'attempt', line: 7, column: 9 })
  expect(originals.at(-1)).toBeUndefined()
})

it.each(['chromium', 'firefox', 'webkit'] as const)(
  'reads stacks of workers and classic scripts of %s',
  async (browser) => {
    const { asked, resolve } = aResolver(() => ({ ...map, mappings: [[[0, 0, 2, 26]], [[0, 0, 6, 8]]] }))
    for (const kind of ['worker', 'classic']) {
      const { originals } = await resolve(browserStacks[browser][kind] ?? '')
      expect(originals.map((original) => original?.name)).toEqual(['Ship.hit', 'attempt'])
    }
    expect(asked.map(([script]) => script)).toEqual([
      'http://127.0.0.1:8080/worker.js',
      'http://127.0.0.1:8080/classic.js',
    ])
  },
)

it.each(['chromium', 'firefox', 'webkit'] as const)(
  'asks for no map of a blob, or of what eval runs: %s',
  async (browser) => {
    const { asked, resolve } = aResolver()
    await resolve(browserStacks[browser].blob ?? '')
    expect(asked).toEqual([])
    await resolve(browserStacks[browser].eval ?? '')
    expect(asked).toEqual([['http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js', undefined]])
  },
)

it('keeps maps for the next stack, those of eight scripts, and asks again for those that were not there', async () => {
  let isThere = false
  const { asked, resolve } = aResolver((script) => (script === '/late.js' && !isThere ? undefined : map))
  const at = (script: string) => resolve(`at hit (${script}:7:9)`)
  expect(await at('/late.js')).toEqual({
    originals: [undefined],
    faults: ['No source map is kept of /late.js, and the session names no build.'],
  })
  isThere = true
  expect((await at('/late.js')).originals[0]).toMatchObject({ line: 3 })
  expect((await at('/late.js')).originals[0]).toMatchObject({ line: 3 })
  expect(asked).toHaveLength(2)
  for (let n = 0; n < 8; n++) await at(`/other-${n}.js`)
  await at('/other-0.js')
  expect(asked).toHaveLength(10)
  await at('/late.js')
  expect(asked).toHaveLength(11)
})

it('says what is wrong with one map, and reads the others', async () => {
  const { resolve } = aResolver((script) => {
    if (script === '/large.js')
      throw new ApiError(422, 'source_map_too_large', 'Expected a source map of at most 9 bytes.')
    return script === '/broken.js' ? '{ no map' : map
  })
  const { originals, faults } = await resolve('at a (/large.js:7:1)\nat b (/broken.js:7:1)\nat c (/good.js:7:1)')
  expect(originals.map((original) => original?.line)).toEqual([undefined, undefined, 3])
  expect(faults).toEqual([
    'Expected a source map of at most 9 bytes.',
    expect.stringMatching(/^The source map of \/broken\.js can not be read: /),
  ])
})

it('rejects where the collector can not be asked', async () => {
  const { resolve } = aResolver(() => {
    throw new ApiError(0, 'unreachable', 'The collector does not answer.')
  })
  await expect(resolve('at hit (/game.js:7:9)')).rejects.toMatchObject({ code: 'unreachable' })
})

it('shows what there is where a map holds no sources, or lines are long', async () => {
  const bare = aResolver(() => ({ ...map, sourcesContent: undefined }))
  expect((await bare.resolve('at e (/game.js:7:9)')).originals).toEqual([
    { name: 'e', file: 'src/ship.ts', line: 3, column: 27, excerpt: [] },
  ])
  const long = aResolver(() => ({ ...map, sourcesContent: [`\n\n${'x'.repeat(5000)}`] }))
  expect((await long.resolve('at e (/game.js:7:9)')).originals[0]?.excerpt.at(-1)?.text).toHaveLength(200)
})

it('takes no place for one that is none', async () => {
  const { originals } = await aResolver().resolve(
    'at a (/game.js:0:0)\nat b (/game.js:7:9)\nat c (/game.js:99999999:1)',
  )
  expect(originals.map((original) => original?.line)).toEqual([undefined, 3, undefined])
})
