/** Finds nginx on this machine, and says how to get it where it is not. */
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './node-tool.ts'

/** What to do, said where nothing was found. */
export const nginxAdvice = 'no nginx was found and none could be fetched: install the nginx package of your system'

const usualPlaces = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx']

/**
 * Finds nginx, or on Debian unpacks its package into a folder: installed, it would begin to serve on port 80.
 *
 * @param folder of the caller's, for the package
 */
export async function ensureNginx(folder: string): Promise<string | undefined> {
  const found = usualPlaces.find((path) => existsSync(path))
  if (found !== undefined || !existsSync('/etc/debian_version')) return found
  await mkdir(folder, { recursive: true })
  const patience = { cwd: folder, timeoutMs: 60_000 }
  if (process.getuid?.() === 0) await run('apt-get', ['update', '-qq'], patience)
  await run('apt-get', ['download', '-qq', 'nginx'], patience)
  const packed = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (packed === undefined) return undefined
  await run('dpkg-deb', ['-x', packed, '.'], patience)
  const unpacked = join(folder, 'usr/sbin/nginx')
  // Unpacking brings none of the libraries that it needs.
  return (await run(unpacked, ['-v'])).exitCode === 0 ? unpacked : undefined
}
