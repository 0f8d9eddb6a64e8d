import { expect, it } from 'vitest'
import { readOrigins } from './origins.ts'

it.each([
  ['https://game.example', 'https://game.example'],
  ['https://game.example/', 'https://game.example'],
  [' HTTPS://Game.Example:443 ', 'https://game.example'],
  ['http://game.example:80', 'http://game.example'],
  ['http://localhost:5173', 'http://localhost:5173'],
  ['http://[::1]:5173', 'http://[::1]:5173'],
  ['https://spiel.münchen.example', 'https://spiel.xn--mnchen-3ya.example'],
  ['capacitor://localhost', 'capacitor://localhost'],
  ['ionic://localhost/', 'ionic://localhost'],
  ['tauri://localhost', 'tauri://localhost'],
  ['app://-', 'app://-'],
  ['App://Bundle', 'app://bundle'],
  ['chrome-extension://abcdefgh', 'chrome-extension://abcdefgh'],
  ['null', 'null'],
  ['file://', 'null'],
  ['null', 'file://'],
  ['*', 'https://any.example'],
  ['*', 'null'],
  ['https://*.itch.zone', 'https://html-classic.itch.zone'],
  ['https://*.itch.zone/', 'https://a.b.itch.zone'],
  ['https://*.itch.zone:8443', 'https://a.itch.zone:8443'],
  ['app://*.bundle', 'app://x.bundle'],
])('%s takes a page of %s', (given, origin) => {
  expect(readOrigins(['https://other.example', given]).include(origin)).toBe(true)
})

it.each([
  ['https://game.example', 'http://game.example'],
  ['https://game.example', 'https://game.example.evil.example'],
  ['https://game.example', 'https://game.example:8443'],
  ['https://*.itch.zone', 'https://itch.zone'],
  ['https://*.itch.zone', 'https://evil-itch.zone'],
  ['https://*.itch.zone', 'https://.itch.zone'],
  ['https://*.itch.zone', 'http://a.itch.zone'],
  ['https://*.itch.zone', 'https://a.itch.zone:8443'],
  ['https://*.itch.zone', 'https://evil.example/.itch.zone'],
  ['https://*.itch.zone', 'https://evil.example#.itch.zone'],
  ['https://*.itch.zone', 'https://evil.example:1@x.itch.zone'],
  ['https://*.itch.zone', 'https://itch.zone.evil.example'],
  ['capacitor://localhost', 'http://localhost'],
  ['null', 'https://null'],
])('%s does not take a page of %s', (given, origin) => {
  expect(readOrigins([given]).include(origin)).toBe(false)
})

it.each([
  '',
  ' ',
  'game.example',
  'localhost:5173',
  'https://',
  'app://',
  'https://game.example/play',
  'https://game.example?x',
  'https://game.example#x',
  'https://*',
  'https://*.',
  'https://game.*.example',
  'https://*game.example',
  '*.itch.zone',
  'https://*.*.itch.zone',
  'https://a.example,https://b.example',
  'https://a.example https://b.example',
  'https://game.example:99999',
  'wss://game.example',
  'data:text/html,x',
  'about:blank',
])('refuses %j', (given) => {
  expect(() => readOrigins([given])).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.stringContaining(`got ${JSON.stringify(given)}`) }),
  )
})

it('repeats nothing of one with a user, who may have a password', () => {
  const message = expect.stringMatching(/^(?!.*s3cret).*without a user$/)
  expect(() => readOrigins(['https://me:a/s3cret@t.example'])).toThrow(expect.objectContaining({ message }))
})
