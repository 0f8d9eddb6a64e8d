/** Checks public packages as their users get them: packed, then judged by publint and are-the-types-wrong. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { runNode, toolPath } from '../node-tool.ts'
import { packInto, type Tarball } from '../tarballs.ts'
import { type CheckResult, resultOf } from './check.ts'

export async function checkPackages(): Promise<CheckResult> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-pack-'))
  try {
    const tarballs = await packInto(folder)
    const faults = await Promise.all(tarballs.flatMap((tarball) => [layoutFaults(tarball), typeFaults(tarball)]))
    return { ...resultOf(faults.flat()), note: `${tarballs.length} packages` }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function layoutFaults({ name, file }: Tarball): Promise<string[]> {
  const bytes = new Uint8Array(await readFile(file))
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes.buffer } })
  return messages.map((message) => `${name}: ${formatMessage(message, pkg, { color: false })}`)
}

async function typeFaults({ name, file }: Tarball): Promise<string[]> {
  const script = toolPath('@arethetypeswrong/cli', 'attw')
  const judged = await runNode(script, [file, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii'])
  return judged.exitCode === 0 ? [] : [`${name}:\n${judged.output}`]
}
