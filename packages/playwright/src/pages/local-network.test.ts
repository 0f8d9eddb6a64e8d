import { EventEmitter } from 'node:events'
import type { BrowserContext } from '@playwright/test'
import { expect, it, vi } from 'vitest'
import { allowLocalNetwork } from './local-network.ts'

function aContext({ name = 'chromium', refuses = false } = {}) {
  const sent: unknown[] = []
  const opened = vi.fn(async () => ({
    async send(_method: string, options: unknown) {
      if (refuses) throw new Error("Permission can't be granted in current context.")
      sent.push(options)
    },
  }))
  const browser = { browserType: () => ({ name: () => name }), newBrowserCDPSession: opened }
  const pageSession = {
    send: async () => ({ targetInfo: { browserContextId: 'C1' } }),
    detach: async () => {
      throw new Error('closed')
    },
  }
  const context = Object.assign(new EventEmitter(), {
    browser: () => browser,
    pages: () => [],
    newCDPSession: async () => pageSession,
  })
  const page = { context: () => context }
  return { context, page, sent, opened, port: context as unknown as BrowserContext }
}

const request = (url: string, isNavigation = true) => ({ url: () => url, isNavigationRequest: () => isNavigation })
const permission = { permission: { name: 'loopback-network' }, setting: 'granted', browserContextId: 'C1' }

it('allows the context, and each origin that its pages go to', async () => {
  const { context, page, sent, opened, port } = aContext()
  await allowLocalNetwork(port)
  context.emit('page', page)
  context.emit('page', page)
  context.emit('request', request('https://game.example/level/1'))
  context.emit('request', request('https://cdn.example/texture.png', false))
  context.emit('request', request('about:srcdoc'))
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect(sent).toEqual([permission, { ...permission, origin: 'https://game.example' }])
  await allowLocalNetwork(port)
  expect(opened).toHaveBeenCalledTimes(1)
})

it('leaves other browsers alone', async () => {
  for (const name of ['firefox', 'webkit']) {
    const { context, opened, port } = aContext({ name })
    await allowLocalNetwork(port)
    expect(opened).not.toHaveBeenCalled()
    expect(context.eventNames()).toEqual([])
  }
  await allowLocalNetwork({ browser: () => null } as BrowserContext)
})

it('bears a browser that refuses', async () => {
  const { context, page, opened, port } = aContext({ refuses: true })
  await allowLocalNetwork(port)
  context.emit('page', page)
  context.emit('request', request('http://game.example/'))
  await new Promise(setImmediate)
  expect(opened).toHaveBeenCalled()
})

it('asks the next page where the first one is gone', async () => {
  const { context, page, sent, port } = aContext()
  const asked = vi.spyOn(context, 'newCDPSession').mockRejectedValueOnce(new Error('Target closed'))
  await allowLocalNetwork(port)
  context.emit('page', page)
  await new Promise(setImmediate)
  context.emit('page', page)
  await vi.waitFor(() => expect(sent).toEqual([permission]))
  expect(asked).toHaveBeenCalledTimes(2)
})
