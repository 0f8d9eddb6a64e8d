/** Reads who a collector is to NATS from a file: what `nsc` writes, a user and a password, or a token. */
import { readFile } from 'node:fs/promises'
import { messageOf } from '@downlink/protocol'
import type { Authenticator } from '@nats-io/transport-node'
import { CollectorError } from '../errors.ts'

/** What NATS's client makes of them. */
export interface Authenticators {
  credsAuthenticator(creds: Uint8Array): Authenticator
  usernamePasswordAuthenticator(user: string, password: string): Authenticator
  tokenAuthenticator(token: string): Authenticator
}

/** @throws {CollectorError} `bad_option` where it can't be read, or holds none; it repeats nothing of the file */
export async function readCredentials(file: string, clients: Authenticators): Promise<Authenticator> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CollectorError('bad_option', `Can't read the credentials for the log: ${messageOf(cause)}`, { cause })
  })
  if (text.includes('-----BEGIN NATS USER JWT-----')) return clients.credsAuthenticator(Buffer.from(text))
  const [line = ''] = text.split(/\r?\n/)
  const [, user, password] = /^([^:]+):(.+)$/.exec(line) ?? []
  if (user !== undefined && password !== undefined) return clients.usernamePasswordAuthenticator(user, password)
  if (/^\S+$/.test(line) && !line.includes(':') && !line.startsWith('-----')) return clients.tokenAuthenticator(line)
  const expected = 'what nsc writes, or to begin with a line user:password, or with a token'
  throw new CollectorError('bad_option', `Expected the credentials for the log in ${file} to be ${expected}`)
}
