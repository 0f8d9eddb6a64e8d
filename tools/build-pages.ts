/** Builds the client's script, and the web pages that are missing or older than their sources. Says nothing on stdout. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buildClientScript } from './build-client-script.ts'
import { root, runNode, toolPath } from './node-tool.ts'

interface Page {
  readonly workspace: string
  /** What the build writes last in; its age is the page's age. */
  readonly built: string
}

const pages: readonly Page[] = [
  { workspace: 'packages/dashboard', built: 'packages/collector/dist/page/index.html' },
  { workspace: 'games/red-vs-blue', built: 'games/red-vs-blue/dist/page/index.html' },
]

await buildClientScript()
for (const page of pages) {
  if ((await newestOf(await sourcesOf(page.workspace))) < (await modifiedMs(page.built))) continue
  console.error(`Building the page of ${page.workspace}`)
  const cwd = join(root, page.workspace)
  // Within a test it would be a page for development.
  const env = { NODE_ENV: undefined }
  const { exitCode } = await runNode(toolPath('vite'), ['build', '--logLevel', 'warn'], { cwd, env, output: 'stderr' })
  if (exitCode !== 0) process.exit(exitCode)
}

/** The workspace itself, and the workspaces that it bundles. */
async function sourcesOf(workspace: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(root, workspace, 'package.json'), 'utf8'))
  const bundled = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    // Of the collector a page takes types alone.
    .filter((name) => name.startsWith('@downlink/') && name !== '@downlink/collector')
    .map((name) => name.replace('@downlink/', 'packages/'))
  return [workspace, ...(await Promise.all(bundled.map(sourcesOf))).flat()]
}

async function newestOf(workspaces: readonly string[]): Promise<number> {
  const times = await Promise.all(
    workspaces.map(async (workspace) => {
      const entries = await readdir(join(root, workspace), { recursive: true })
      // `.downlink` has the source maps of the build itself.
      const sources = entries.filter(
        (path) => !/(^|[\\/])(dist|node_modules|test|\.downlink)([\\/]|$)|\.test\./.test(path),
      )
      return Promise.all(sources.map((path) => modifiedMs(join(workspace, path))))
    }),
  )
  return Math.max(...times.flat())
}

/** 0 where there is no such file. */
async function modifiedMs(path: string): Promise<number> {
  return stat(join(root, path)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}
