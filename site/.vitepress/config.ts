/** Makes a site of `docs/`: its pages as they are, a search over them, and the reference of the packages beside. */
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitepress'
import { anchorOf } from '../../tools/checks/links.ts'
import { home } from '../home.ts'
import { sidebar } from '../sidebar.ts'

const repository = 'https://github.com/downlink/downlink'

/** The pages stand beside this folder, and would look for Vue above themselves. */
const vueOfThisFolder: Plugin = {
  name: 'vue of this folder',
  enforce: 'pre',
  resolveId(source, _importer, { ssr }) {
    if (!/^vue(\/|$)/.test(source)) return null
    // While the pages are rendered, it is Node that resolves it, and from this folder.
    return ssr
      ? { id: source, external: true }
      : this.resolve(source, fileURLToPath(import.meta.url), { skipSelf: true })
  },
}

export default defineConfig({
  title: 'Downlink',
  description: 'The flight recorder for web games: typed telemetry, and nothing is lost unnoticed.',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: '../docs',
  outDir: './dist',
  // On GitHub a folder shows its README.
  rewrites: { 'README.md': 'index.md' },
  vite: { plugins: [vueOfThisFolder] },
  markdown: {
    // Their light and dark have contrast enough on VitePress's own grounds.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchorOf },
    languageAlias: { crontab: 'sh' },
    config(markdown) {
      // Of a snippet that runs, the fence says so: ```js run
      const { fence } = markdown.renderer.rules
      markdown.renderer.rules.fence = (tokens, at, options, env, self) => {
        const shown = fence?.(tokens, at, options, env, self) ?? ''
        const { info = '', content = '' } = tokens[at] ?? {}
        if (!/ run$/.test(info)) return shown
        return `<SnippetRunner code="${encodeURIComponent(content.trimEnd())}">${shown}</SnippetRunner>`
      }
      // A corner of a table that says nothing heads nothing.
      markdown.core.ruler.push('empty corners', ({ tokens }) => {
        for (const [at, token] of tokens.entries())
          if (token.type === 'th_open' && tokens[at + 1]?.content === '')
            for (const part of [token, tokens[at + 2]]) if (part) part.tag = 'td'
      })
      // The site's first page says name, sentence and code in its own way.
      markdown.core.ruler.push('first page', ({ tokens, env }) => {
        if (env.relativePath === 'index.md') tokens.splice(0, tokens.findIndex(({ type }) => type === 'fence') + 1)
      })
      // Links of a page lead to the code, too, which is not on the site.
      markdown.core.ruler.push('links to the repository', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet('href')
          if (token.type !== 'link_open' || href === null || !href.startsWith('.')) continue
          const path = posix.join('docs', posix.dirname(env.relativePath), href)
          if (!path.startsWith('docs/')) token.attrSet('href', `${repository}/blob/main/${path}`)
        }
      })
    },
  },
  // The pages themselves have no frontmatter, which GitHub would show.
  transformPageData: ({ relativePath, frontmatter }) => ({
    frontmatter: { ...frontmatter, ...(relativePath === 'index.md' && home), aside: relativePath !== 'guides/try.md' },
  }),
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository }],
    nav: [
      { text: 'Start', link: '/guides/instrument-your-game' },
      { text: 'Try it', link: '/guides/try' },
      { text: 'API', link: '/api/index.html', target: '_self' },
      { text: 'Sample', link: '/sample/index.html', target: '_self' },
    ],
    sidebar: sidebar.map(({ text, pages }) => ({
      text,
      items: pages.map(([title, path]) => ({ text: title, link: `/${path}` })),
    })),
  },
})
