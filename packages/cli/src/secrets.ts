/** Reads keys and tokens, which may come by flag, by file or by the environment, in this order. */

import { readFile } from 'node:fs/promises'
import { messageOf } from '@downlink/protocol'
import { CliError } from './errors.ts'

export interface SecretSources {
  /** As given on the command line, where every user of the machine can read them. */
  readonly flags: readonly string[]
  /** A file with one secret a line. Empty lines and lines that begin with `#` are passed over. */
  readonly file: string | undefined
  readonly variable: string
}

/** @throws {CliError} `bad_secret_file` */
export async function readSecrets({ flags, file, variable }: SecretSources): Promise<readonly string[]> {
  const given = [...flags, ...(file === undefined ? [] : await readLines(file))]
  if (given.length > 0) return given
  const inherited = process.env[variable]?.trim() ?? ''
  return inherited === '' ? [] : [inherited]
}

async function readLines(file: string): Promise<string[]> {
  const advice = 'Put one secret on each line, in a file that only you can read.'
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError('bad_secret_file', `${file} can't be read: ${messageOf(cause)}`, advice, { cause })
  })
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const secrets = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (secrets.length === 0) throw new CliError('bad_secret_file', `${file} holds no secret`, advice)
  return secrets
}
