import { expect, it } from 'vitest'
import { reachable } from './serve.ts'

const at = (authority: string, publicUrl?: string): readonly string[] => {
  const listening = { url: `http://${authority}`, telemetry: `ws://${authority}/telemetry`, data: '/data' }
  const { url, telemetry, data } = reachable(listening, publicUrl)
  expect(data).toBe('/data')
  return [url, telemetry]
}

it('leaves an address that can be called as it is', () => {
  expect(at('127.0.0.1:4180')).toEqual(['http://127.0.0.1:4180', 'ws://127.0.0.1:4180/telemetry'])
  expect(at('localhost:1')).toEqual(['http://localhost:1', 'ws://localhost:1/telemetry'])
  expect(at('[::1]:1')).toEqual(['http://[::1]:1', 'ws://[::1]:1/telemetry'])
})

it('names loopback where every address is listened on', () => {
  expect(at('0.0.0.0:1')).toEqual(['http://127.0.0.1:1', 'ws://127.0.0.1:1/telemetry'])
  expect(at('[::]:1')).toEqual(['http://[::1]:1', 'ws://[::1]:1/telemetry'])
})

it('prefers the public URL, with its path', () => {
  expect(at('0.0.0.0:1', 'https://t.example')).toEqual(['https://t.example', 'wss://t.example/telemetry'])
  expect(at('127.0.0.1:1', 'http://t.example:81/a/')).toEqual([
    'http://t.example:81/a',
    'ws://t.example:81/a/telemetry',
  ])
})
