/** Checks what the docs point at: every link, path and script that they name is there, and each page of them in the site's sidebar. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sidebar } from '../../site/sidebar.ts'
import { root } from '../node-tool.ts'
import { type CheckResult, resultOf } from './check.ts'

interface Page {
  /** From the root. */
  readonly path: string
  readonly text: string
  readonly anchors: ReadonlySet<string>
}

export async function checkLinks(): Promise<CheckResult> {
  const pages = await Promise.all((await pagePaths()).map(readPage))
  const byPath = new Map(pages.map((page) => [page.path, page]))
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const ofPages = pages.flatMap((page) => [
    ...linksOf(page).flatMap((link) => linkFault(page, link, byPath)),
    ...pathsOf(page)
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${page.path} names \`${path}\`, which is not there`),
    ...scriptsOf(page)
      .filter((name) => !(name in scripts))
      .map((name) => `${page.path} names \`npm run ${name}\`, which is no script`),
  ])
  const faults = [...ofPages, ...sidebarFaults(pages.map(({ path }) => path))]
  return { ...resultOf(faults), note: `${pages.length} pages` }
}

export async function pagePaths(): Promise<string[]> {
  const folders = ['packages', 'games']
  const workspaces = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder))).map((name) => `${folder}/${name}/README.md`)),
  )
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).map(
    (file) => `docs/${file.replaceAll('\\', '/')}`,
  )
  return ['README.md', 'CONTRIBUTING.md', ...workspaces.flat(), ...docs].filter(
    (path) => path.endsWith('.md') && existsSync(join(root, path)),
  )
}

async function readPage(path: string): Promise<Page> {
  const text = (await readFile(join(root, path), 'utf8')).replaceAll('\r\n', '\n')
  const headings = [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return { path, text, anchors: new Set(headings.map(anchorOf)) }
}

const withoutCode = (text: string): string => text.replace(/^```.*?^```/gms, '')

/** As GitHub makes them. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

/** The repository as npm's pages, which know nothing of its files, have to name it. */
const ourUrl = /^https:\/\/github\.com\/downlink\/downlink\/blob\/main\//

const linksOf = ({ text }: Page): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

function linkFault(page: Page, link: string, pages: ReadonlyMap<string, Page>): string[] {
  const ours = ourUrl.test(link)
  if (!ours && /^[a-z]+:/.test(link)) return []
  const [target = '', anchor] = link.replace(ourUrl, '').split('#')
  const path = target === '' ? page.path : join(ours ? '.' : dirname(page.path), target).replaceAll('\\', '/')
  if (!existsSync(join(root, path))) return [`${page.path} links to ${link}, which is not there`]
  if (anchor !== undefined && pages.get(path)?.anchors.has(anchor) === false) {
    return [`${page.path} links to ${link}, but ${path} has no such heading`]
  }
  return []
}

/** A page that the sidebar leaves out is one that a reader of the site finds by chance. */
function sidebarFaults(paths: readonly string[]): string[] {
  const listed = new Set(sidebar.flatMap(({ pages }) => pages.map(([, path]) => `docs/${path}.md`)))
  // It is the site's first page, to which its name leads.
  const onSite = paths.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md')
  return [
    ...onSite.filter((path) => !listed.has(path)).map((path) => `${path} is not in site/sidebar.ts`),
    ...[...listed]
      .filter((path) => !onSite.includes(path))
      .map((path) => `site/sidebar.ts lists ${path}, which is not there`),
  ]
}

const pathsOf = ({ text }: Page): string[] =>
  [...withoutCode(text).matchAll(/`((?:packages|games|tests|tools|benchmarks|docs)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  )

/** A workspace's own scripts are its own matter. */
const scriptsOf = ({ text }: Page): string[] =>
  [...text.matchAll(/\bnpm run (?:--silent )?([\w-]+)(?! --workspace|[\w-])/g)].map(([, name = '']) => name)
