/** Finds what the tests of a cluster need beside Node, or installs it where that is possible: NATS, and ClickHouse in a process. */
import { existsSync } from 'node:fs'
import { run } from './node-tool.ts'
import { installFolder } from './own-lock.ts'

/** What is missing, each with the reason; none where the tests can run. */
export async function findMissingClusterParts(): Promise<readonly string[]> {
  const missing: string[] = []
  if (!(await hasProgram('nats-server', '--version')))
    missing.push('nats-server (the package of that name in Debian and Homebrew)')
  // One test alone needs it, which says so where it is not there.
  await hasProgram('haproxy', '-v')
  const chdb = await installFolder('tests/cluster').then(
    (cwd) => run(process.execPath, ['-e', loadChdb], { cwd }),
    failed,
  )
  if (chdb.exitCode !== 0) missing.push(`chdb (${lastLine(chdb.output)})`)
  return missing
}

/** It has no engine for Windows, nor for systems without glibc. */
const loadChdb = "require('chdb').query('SELECT 1')"

const failed = (error: unknown) => ({ exitCode: 1, output: String(error) })

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? ''

/** Looked for, and installed where that is possible: on Debian, by root. */
async function hasProgram(name: string, versionFlag: string): Promise<boolean> {
  const isThere = async () => (await run(name, [versionFlag])).exitCode === 0
  if (await isThere()) return true
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false
  console.error(`No ${name} was found: installing the system's package`)
  const apt = (...args: string[]) => run('apt-get', ['-qq', ...args], { output: 'stderr', timeoutMs: 120_000 })
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', name)
  return isThere()
}
