/** Builds of a game whose telemetry is off, compared with builds of the same game as if it had none. */
import { downlink } from '@downlink/vite'
import { build, type InlineConfig, type Rolldown } from 'vite'
import { expect, it } from 'vitest'
import { aGame, ownCache } from './harness.ts'

type Files = Readonly<Record<string, string>>

/** @returns the text of all that was built, by its name */
async function built(files: Files, config: InlineConfig): Promise<Record<string, string>> {
  const root = await aGame(files)
  const result = await build({
    configFile: false,
    ...ownCache(root),
    ...config,
    build: { write: false, ...config.build },
  })
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput
  return Object.fromEntries(
    output.map((file) => [
      file.fileName,
      file.type === 'chunk' ? file.code : new TextDecoder().decode(Buffer.from(file.source)),
    ]),
  )
}

/** Of a build that has one. */
const scriptIn = (files: Files): string => Object.entries(files).find(([name]) => name.endsWith('.js'))?.[1] ?? ''

/** A line of telemetry ends with this. */
const mark = '// telemetry'

const without = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      text
        .split('\n')
        .filter((line) => !line.endsWith(mark))
        .join('\n'),
    ]),
  )

const game: Files = {
  'telemetry.ts': `
    import { createTelemetry, type EventMap, type Telemetry } from '@downlink/client' ${mark}
    import { auto } from '@downlink/client/auto' ${mark}
    import { byType, mustDeliver, sampled } from '@downlink/client/policies' ${mark}
    import { createSpool } from '@downlink/client/spool' ${mark}
    interface Events extends EventMap { readonly died: { readonly cause: string } } ${mark}
    export const telemetry: Telemetry<Events> = import.meta.hot?.data.telemetry ?? createTelemetry<Events>({ enabled: true, build: import.meta.env.VITE_TELEMETRY_BUILD, spool: createSpool(), policies: byType({ died: mustDeliver, hit: sampled(0.1) }), labels: { agent: navigator.userAgent } }) ${mark}
    if (import.meta.hot) import.meta.hot.data.telemetry = telemetry ${mark}
    auto(telemetry) ${mark}
    export default telemetry ${mark}
    export const name = 'Somebody'
  `,
  'index.ts': `
    export * from './telemetry' ${mark}
    export { telemetry as record } from './telemetry' ${mark}
    export { Player } from './player'
  `,
  'player.ts': `
    import { name } from './telemetry'
    import { telemetry } from './index' ${mark}
    import { attachTelemetry } from '@downlink/client' ${mark}
    export class Player {
      x = 1
      health = 3
      constructor(engine) {
        attachTelemetry(engine, telemetry) ${mark}
        engine.on('fall', () => {
          this.health--
          telemetry.push('died', { cause: 'fall', x: this.x, list: [1, ...[this.x]] }) ${mark}
        })
      }
      hit(cause: string) {
        telemetry?.push('hit', { cause, text: \`\${name} by \${cause}\` }) ${mark}
        telemetry.setContext({ cause, isOver: this.health < 0 }) ${mark}
        return \`\${name}: \${this.health--}\`
      }
    }
  `,
  'worker.ts': `
    import { createWorkerTelemetry } from '@downlink/client/worker' ${mark}
    const telemetry = createWorkerTelemetry() ${mark}
    onmessage = ({ data }) => {
      telemetry.push('moved', data) ${mark}
      postMessage(data * 2)
    }
  `,
  'main.ts': `
    import { attachWorker } from '@downlink/client/worker' ${mark}
    import anyName from './telemetry' ${mark}
    import { record } from './index' ${mark}
    import { Player } from './index'
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    attachWorker(worker, record) ${mark}
    const player = new Player({ on: (name: string, run: () => void) => addEventListener(name, run) })
    record.start(); anyName.push('started') ${mark}
    document.onclick = () => {
      record.push('click') ${mark}
      document.title = player.hit('fire')
      worker.postMessage(player.x)
    }
    const later = async () => (await import('./late')).late()
    setTimeout(later, 1000)
  `,
  'late.ts': `
    import { telemetry } from './index' ${mark}
    export const late = () => {
      telemetry.push('late') ${mark}
      document.title = 'late'
    }
  `,
}

const off = { plugins: [downlink({ enabled: false })] }

it('is byte for byte the build of a game without telemetry', async () => {
  const stripped = await built(game, off)
  expect(Object.keys(stripped).length).toBeGreaterThan(3)
  expect(stripped).toEqual(await built(without(game), {}))
})

it('is off by the environment of the build, too, and else on', async () => {
  const plugins = [downlink()]
  const text = async (files: Files) => Object.values(await built(files, { plugins })).join('\n')
  expect(await text({ ...game, '.env.production': 'VITE_ENABLE_TELEMETRY=false' })).not.toMatch(/downlink|telemetry/i)
  for (const env of ['', 'VITE_ENABLE_TELEMETRY=true']) {
    expect(await text({ ...game, '.env': env })).toMatch(/downlink\.v1/)
  }
})

it('leaves a telemetry that does nothing where it is handed around, and what arguments do', async () => {
  const files = {
    'main.ts': `
      import { createTelemetry, type Telemetry } from '@downlink/client'
      import { TelemetryConnector, useTelemetry } from '@downlink/client/react'
      class Game {
        constructor(readonly telemetry: Telemetry) {}
        play() { this.telemetry.push('played', { score: score() }); return this.telemetry.stats().pushed }
      }
      let n = 0
      const score = () => ++n
      document.title = String([new Game(createTelemetry({ enabled: true })).play(), n, TelemetryConnector, useTelemetry])
    `,
  }
  const code = scriptIn(await built(files, off))
  expect(code).not.toMatch(/downlink|WebSocket/)
  const document = {
    title: '',
    querySelectorAll: () => [],
    createElement: () => ({ relList: { supports: () => true } }),
  }
  new Function('document', code)(document)
  expect(document.title).toMatch(/^0,1,/)
  expect(code.length).toBeLessThan(2500)
})

it('stands in for functions of a later client, too, as what does nothing and returns what can be called', async () => {
  const client = 'later/node_modules/@downlink/client'
  const files = {
    [`${client}/package.json`]: JSON.stringify({ name: '@downlink/client', exports: { './later': './later.js' } }),
    [`${client}/later.js`]: 'export function attachLater() { return document.body }\nexport const other = 1\n',
    'later/main.ts': `
      import { attachLater, other } from '@downlink/client/later'
      const stop = attachLater()
      document.title = typeof stop() + other
    `,
    'main.ts': "import './later/main'",
  }
  const code = scriptIn(await built(files, off))
  expect(code).toMatch(/document\.title=typeof/)
  expect(code).not.toMatch(/document\.body/)
})
