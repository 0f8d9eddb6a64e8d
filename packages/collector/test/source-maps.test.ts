/** Source maps over HTTP: what is kept comes back, to whoever may read. */
import { mkdir, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Script } from '@downlink/collector'
import { expect, it } from 'vitest'
import { aCollector, aFolder } from './harness.ts'

const map = JSON.stringify({ version: 3, sources: ['src/main.ts'], mappings: 'AAAA', names: [] })

it('are those of the folder beside the log, unless another is named, compressed where that is understood', async () => {
  const [data, other] = [await aFolder(), await aFolder()]
  for (const folder of [join(data, 'source-maps'), other]) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'main.js.map'), map)
  }
  for (const options of [{ data }, { sourceMaps: other }]) {
    const { listening } = await aCollector(options)
    const url = `${listening.url}/api/source-map?script=https://game.example/main.js&build=1.4`
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([200, map])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'no-store',
      vary: 'accept-encoding',
    })
    expect(await askPlainly(url)).toBe(map)
  }
})

it('come from wherever the option says', async () => {
  const asked: Script[] = []
  const sourceMaps = {
    async find(script: Script) {
      asked.push(script)
      return Readable.from([map])
    },
  }
  const { listening } = await aCollector({ sourceMaps })
  const response = await fetch(`${listening.url}/api/source-map?script=/a.js`)
  expect([await response.text(), asked]).toEqual([map, [{ url: '/a.js', build: undefined }]])
})

it('are no fault where none is kept, and not asked for where what was asked is no question', async () => {
  const { listening } = await aCollector()
  const ask = (query: string) => fetch(`${listening.url}/api/source-map${query}`)
  for (const query of ['?script=https://game.example/a.js', '?script=/a.js&build=1.4']) {
    const response = await ask(query)
    expect([response.status, await response.text()]).toEqual([204, ''])
  }
  const long = `?script=${'a'.repeat(2049)}`
  for (const query of ['', '?script=', '?script=a&script=b', long, '?script=a&build=', '?script=a&x=1']) {
    const response = await ask(query)
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'bad_request' } }])
  }
})

it('are read by whoever may read', async () => {
  const data = await aFolder()
  await mkdir(join(data, 'source-maps'))
  await writeFile(join(data, 'source-maps/a.js.map'), map)
  const { listening } = await aCollector({ data, keys: ['write'], readToken: 'read' })
  const statusFor = async (headers: Record<string, string>) =>
    (await fetch(`${listening.url}/api/source-map?script=/a.js`, { headers })).status
  expect(await statusFor({})).toBe(401)
  expect(await statusFor({ authorization: 'Bearer write' })).toBe(401)
  expect(await statusFor({ authorization: 'Bearer read' })).toBe(200)
  expect(await statusFor({ authorization: 'Bearer read', 'sec-fetch-site': 'cross-site' })).toBe(403)
})

/** `fetch` understands all encodings. */
const askPlainly = (url: string): Promise<string> =>
  new Promise((resolve, reject) => get(url, (response) => resolve(text(response))).on('error', reject))
