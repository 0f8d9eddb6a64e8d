/** Lists the public packages, and makes their tarballs as `npm publish` would make them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { npmPath, root, runNode } from './node-tool.ts'

export interface PublicPackage {
  readonly name: string
  readonly folder: string
}

export interface Tarball extends PublicPackage {
  /** Path of the `.tgz`. */
  readonly file: string
}

/** Every workspace under `packages/` and `games/` that is not private. */
export async function publicPackages(): Promise<PublicPackage[]> {
  const found: PublicPackage[] = []
  for (const parent of ['packages', 'games']) {
    for (const child of await readdir(join(root, parent))) {
      const folder = join(root, parent, child)
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
      if (manifest.private !== true) found.push({ name: manifest.name, folder })
    }
  }
  return found
}

/** Packs all public packages into a folder. They have to be built. */
export async function packInto(destination: string): Promise<Tarball[]> {
  const packages = await publicPackages()
  const names = packages.map(({ name }) => `--workspace=${name}`)
  const packed = await runNode(npmPath(), [
    'pack',
    '--json',
    '--loglevel=error',
    `--pack-destination=${destination}`,
    ...names,
  ])
  if (packed.exitCode !== 0) throw new Error(`npm pack failed:\n${packed.output}`)
  return packages.map((entry) => ({ ...entry, file: join(destination, tarballName(packed.output, entry.name)) }))
}

function tarballName(json: string, packageName: string): string {
  const entries: readonly { name: string; filename: string }[] = Object.values(JSON.parse(json))
  const entry = entries.find(({ name }) => name === packageName)
  if (entry === undefined) throw new Error(`npm pack made no tarball of ${packageName}:\n${json}`)
  return entry.filename
}
