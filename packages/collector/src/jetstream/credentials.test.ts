import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Authenticators, readCredentials } from './credentials.ts'

/** Tell which of them is asked, and with what. */
const clients: Authenticators = {
  credsAuthenticator: (creds) => () => ({ jwt: Buffer.from(creds).toString() }),
  usernamePasswordAuthenticator: (user, pass) => () => ({ user, pass }),
  tokenAuthenticator: (auth_token) => () => ({ auth_token }),
}

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-credentials-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'credentials')
  await writeFile(file, text)
  return file
}

const creds = '-----BEGIN NATS USER JWT-----\nabc:d\n------END NATS USER JWT------\n'

it.each([
  ['what nsc writes', creds, { jwt: creds }],
  ['a user and a password', 'ann:s3:cret\n', { user: 'ann', pass: 's3:cret' }],
  ['a token', 's3cret\r\n', { auth_token: 's3cret' }],
])('reads %s', async (_, text, expected) => {
  expect((await readCredentials(await fileOf(text), clients))('nonce')).toEqual(expected)
})

it.each(['', '\n', ':s3cret', 'ann:', 'two s3crets', '-----BEGIN s3cret-----\n'])('refuses %j', async (text) => {
  const message = expect.stringMatching(/^Expected (?!.*s3cret)/)
  await expect(readCredentials(await fileOf(text), clients)).rejects.toMatchObject({ code: 'bad_option', message })
})

it('says that a file is not there', async () => {
  await expect(readCredentials('/nowhere/at-all', clients)).rejects.toMatchObject({
    code: 'bad_option',
    message: expect.stringContaining('ENOENT'),
  })
})
