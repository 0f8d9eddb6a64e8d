import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { exitCodes, uploadListed } from './github-upload.ts'

let folder: string
let manifestPath: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-upload-'))
  manifestPath = join(folder, 'ci-artifacts.json')
  await writeFile(manifestPath, JSON.stringify({ files: [{ path: 'a.json' }, { path: 'sub/b.csv' }] }))
})
afterEach(() => rm(folder, { recursive: true }))

const failing = (error: unknown) => async () => ({ uploadArtifact: () => Promise.reject(error) })

it('uploads what is listed, and the manifest', async () => {
  const uploadArtifact = vi.fn(async () => ({ id: 7 }))
  const end = await uploadListed(manifestPath, folder, 'n', async () => ({ uploadArtifact }))
  expect(end).toEqual({ code: exitCodes.uploaded, message: 'uploaded 7' })
  const files = [join(folder, 'a.json'), join(folder, 'sub', 'b.csv'), manifestPath]
  expect(uploadArtifact).toHaveBeenCalledWith('n', files, folder)
})

it('says that the client is not installed', async () => {
  const error = Object.assign(new Error("Cannot find package '@actions/artifact'"), { code: 'ERR_MODULE_NOT_FOUND' })
  expect(await uploadListed(manifestPath, folder, 'n', () => Promise.reject(error))).toMatchObject({
    code: exitCodes.noClient,
  })
})

it.each([
  ['a client that does not load', () => Promise.reject(new SyntaxError('x')), exitCodes.failed, 'x'],
  ['a server that is too old', failing(Object.assign(new Error('no'), { name: 'GHESNotSupportedError' })), 79, 'no'],
  ['a refusal, in one line', failing(new Error('a\n  b')), exitCodes.failed, 'a b'],
  [
    'a status without a text',
    failing({ statusCode: 403, toString: () => 'RestError' }),
    exitCodes.failed,
    'RestError (status 403)',
  ],
])('tells of %s', async (_, loadClient, code, message) => {
  expect(await uploadListed(manifestPath, folder, 'n', loadClient)).toEqual({ code, message })
})

it('fails without a manifest', async () => {
  const end = await uploadListed(join(folder, 'no.json'), folder, 'n', failing(undefined))
  expect(end).toMatchObject({ code: exitCodes.failed, message: expect.stringContaining('ENOENT') })
})
