/** Bundles the client as one classic script: into its own package, and into the collector, which serves it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { root } from './node-tool.ts'

const targets = ['packages/client/dist/downlink.global.js', 'packages/collector/dist/client.js']

/** Says nothing of `NODE_ENV`, so that the page's address decides whether it is development. */
export async function buildClientScript(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'packages/client/dist/script/script-main.js')],
    bundle: true,
    minify: true,
    platform: 'neutral',
    format: 'iife',
    target: 'es2020',
    write: false,
  })
  const [{ text = '' } = {}] = outputFiles
  for (const target of targets) {
    await mkdir(dirname(join(root, target)), { recursive: true })
    await writeFile(join(root, target), text)
  }
}
