import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readSecrets } from './secrets.ts'

it('has a secret of each line of a file, but of empty ones and of those that begin with #', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-secrets-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'keys')
  await writeFile(file, '# of staging\r\none\r\n\n  #two \n  three#\n')
  expect(await readSecrets({ flags: ['zero'], file, variable: 'DOWNLINK_NONE' })).toEqual(['zero', 'one', 'three#'])
})
