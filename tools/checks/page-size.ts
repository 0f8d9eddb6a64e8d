/** Checks what a browser loads of the collector's page, gzipped: to its first paint, and of all its views together. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from '../node-tool.ts'
import type { CheckResult } from './check.ts'

const folder = join(root, 'packages/collector/dist/page')
const limits = { 'first paint': 110_000, 'the whole page': 340_000 } as const

export async function checkPageSize(): Promise<CheckResult> {
  const html = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined)
  if (html === undefined) return { ok: false, output: 'The page is not built: npm run build' }
  const assets = (await readdir(join(folder, 'assets'))).map((name) => `assets/${name}`)
  const sizes = {
    'first paint': await sizeOf(['index.html', ...(await loadedBy(html, assets))]),
    'the whole page': await sizeOf(['index.html', ...assets]),
  }
  const lines = Object.entries(limits).map(([name, limit]) => {
    const size = sizes[name as keyof typeof limits]
    return { isOver: size > limit, text: `${name} ${size} of ${limit} bytes` }
  })
  const texts = lines.map(({ text }) => text)
  return { ok: !lines.some(({ isOver }) => isOver), output: texts.join('\n'), note: texts.join(' · ') }
}

/** What the document names, and what that imports at once; what is imported on demand is not written with `from` or a bare `import`. */
async function loadedBy(html: string, assets: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  const waiting = assets.filter((path) => html.includes(path))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue
    found.add(path)
    const text = await readFile(join(folder, path), 'utf8')
    const imported = [...text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+)["']/g)].map(([, name]) => `assets/${name}`)
    waiting.push(...imported.filter((name) => assets.includes(name)))
  }
  return [...found]
}

async function sizeOf(paths: readonly string[]): Promise<number> {
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path))))
  return texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
}
