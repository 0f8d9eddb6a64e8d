import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadPeers } from './optional-peers.ts'

const { peerDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

it('says what to install where a package is missing', async () => {
  const missing = '@downlink/not-there'
  await expect(loadPeers(() => import(missing), ['one', 'two'], 'a log on nats://')).rejects.toMatchObject({
    code: 'missing_package',
    message: 'Expected one, two for a log on nats://: npm install one two',
  })
})

it('leaves a fault of a package as it is', async () => {
  const fault = new Error('its own')
  await expect(loadPeers(() => Promise.reject(fault), ['one'], 'a log')).rejects.toBe(fault)
})

it('loads optional packages by no import of a module, which would be loaded for all', () => {
  for (const file of readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })) {
    if (!/(?<!\.test)\.ts$/.test(file)) continue
    const text = readFileSync(join(import.meta.dirname, file), 'utf8')
    for (const [line, name = ''] of text.matchAll(/^(?:import|export) [^;]*? from '([^']+)'/gm)) {
      if (name in peerDependencies) expect(`${file}: ${line}`).toMatch(/: import type /)
    }
  }
})
