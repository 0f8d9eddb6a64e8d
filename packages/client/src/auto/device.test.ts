import { expect, it } from 'vitest'
import { createDevelopment } from '../development.ts'
import { device } from './device.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'

/** A canvas whose WebGL names its GPU, plainly or by the extension. */
function canvasOf(renderer: string, unmasked?: string) {
  const asked: unknown[] = []
  const context = {
    RENDERER: 1,
    getParameter: (name: number) => (name === 1 ? renderer : unmasked),
    getExtension(name: string) {
      asked.push(name)
      if (name === 'WEBGL_lose_context') return { loseContext: () => asked.push('lost') }
      return unmasked ? { UNMASKED_RENDERER_WEBGL: 2 } : null
    },
  }
  return { asked, createElement: () => ({ getContext: (type: string) => (type === 'webgl' ? context : null) }) }
}

function devicePage(document: object, replaced: object = {}) {
  const idle: (() => void)[] = []
  const page = createFakePage({
    navigator: {
      hardwareConcurrency: 8,
      deviceMemory: 16,
      language: 'de-DE',
      platform: 'Linux x86_64',
      userAgent: 'secret',
    },
    screen: { width: 2560, height: 1440 },
    devicePixelRatio: 1.5,
    document,
    requestIdleCallback: (run: () => void) => idle.push(run),
    ...replaced,
  })
  return { page, whenIdle: () => idle.splice(0).map((run) => run()) }
}

const told = {
  cores: '8',
  memory: '16',
  screen: '2560x1440',
  pixelRatio: '1.5',
  language: 'de-DE',
  platform: 'Linux x86_64',
}

it('describes the device, and its GPU as soon as there is time for it', () => {
  const canvas = canvasOf('WebKit WebGL', 'ANGLE (NVIDIA, RTX 3080)')
  const { page, whenIdle } = devicePage(canvas)
  const warned: string[] = []
  const development = createDevelopment((message) => warned.push(message))
  const { labels } = instrumentPage(page, [device()], { environment: { development } })
  expect(labels()).toEqual(told)
  whenIdle()
  expect(labels()).toEqual({ ...told, gpu: 'ANGLE (NVIDIA, RTX 3080)' })
  expect(canvas.asked).toContain('lost')
  expect(warned).toEqual([])
})

it('asks by no extension where the name is plain, as in Firefox, which warns of it', () => {
  const canvas = canvasOf('GeForce GTX 980, or similar')
  const { page, whenIdle } = devicePage(canvas)
  const { labels } = instrumentPage(page, [device()])
  whenIdle()
  expect([labels(), canvas.asked]).toEqual([
    { ...told, gpu: 'GeForce GTX 980, or similar' },
    ['WEBGL_lose_context', 'lost'],
  ])
})

it('waits a little where the browser has no idle callbacks', () => {
  const timers: (() => void)[] = []
  const setTimeout = (run: () => void) => timers.push(run)
  const { page } = devicePage(canvasOf('Apple GPU'), { requestIdleCallback: undefined, setTimeout })
  const { labels } = instrumentPage(page, [device()])
  for (const run of timers) run()
  expect(labels()).toMatchObject({ gpu: 'Apple GPU' })
})

it('asks for no GPU once consent is withdrawn', () => {
  const canvas = canvasOf('Apple GPU')
  const { page, whenIdle } = devicePage(canvas)
  const { telemetry } = instrumentPage(page, [device()])
  telemetry.setEnabled(false)
  whenIdle()
  expect(canvas.asked).toEqual([])
})

it.each([
  ['no WebGL', { createElement: () => ({ getContext: () => null }) }],
  [
    'a WebGL that throws',
    {
      createElement: () => {
        throw new Error('no canvas')
      },
    },
  ],
])('says what it knows where there is %s', (_, document) => {
  const { page, whenIdle } = devicePage(document)
  const { labels } = instrumentPage(page, [device()])
  expect(whenIdle).not.toThrow()
  expect(labels()).toEqual(told)
})

it('takes nothing away that the game says, where the browser does not tell it', () => {
  const page = createFakePage({ navigator: { language: 'de-DE' }, document: undefined })
  const { labels } = instrumentPage(page, [device()], { labels: { memory: 'low', gpu: 'own' } })
  expect(labels()).toEqual({ language: 'de-DE' })
})

it('says nothing where nothing is known', () => {
  const { labels } = instrumentPage(createFakePage({ navigator: undefined, document: undefined }), [device()])
  expect(labels()).toBeUndefined()
})
