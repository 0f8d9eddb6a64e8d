import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { readOtlpHeaders } from './otlp-headers.ts'

it('reads those of flags and a file as they stand', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-headers-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'headers')
  await writeFile(file, '# of the backend\nauthorization = Basic a%20b==\n\nother=1,2\n')
  vi.stubEnv('DOWNLINK_OTLP_HEADERS', 'ignored=1')
  expect(await readOtlpHeaders(['api-key=x'], file)).toEqual({
    'api-key': 'x',
    authorization: 'Basic a%20b==',
    other: '1,2',
  })
})

it('reads those of the environment as OpenTelemetry spells them', async () => {
  vi.stubEnv('DOWNLINK_OTLP_HEADERS', 'authorization=Basic%20a%3D%3D, api-key = x ,')
  expect(await readOtlpHeaders()).toEqual({ authorization: 'Basic a==', 'api-key': 'x' })
  vi.stubEnv('DOWNLINK_OTLP_HEADERS', '')
  expect(await readOtlpHeaders()).toEqual({})
})

it.each(['s3cret', '=s3cret', 'a=100%s3cret'])('refuses %s of the environment, and repeats no value', async (text) => {
  vi.stubEnv('DOWNLINK_OTLP_HEADERS', text)
  await expect(readOtlpHeaders()).rejects.toMatchObject({
    code: 'bad_usage',
    message: expect.not.stringContaining('s3cret'),
  })
})
