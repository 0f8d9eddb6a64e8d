/** Makes a site of `docs/`: its pages as they are, a search over them, and the reference of the packages beside. */
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitepress'
import { anchorOf } from '../../tools/checks/links.ts'
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
    anchor: { slugify: anchorOf },
    languageAlias: { crontab: 'sh' },
    config(markdown) {
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
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository }],
    nav: [
      { text: 'Start', link: '/guides/instrument-your-game' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/api/index.html', target: '_self' },
      { text: 'Sample', link: '/sample/index.html', target: '_self' },
    ],
    sidebar: sidebar.map(({ text, pages }) => ({
      text,
      items: pages.map(([title, path]) => ({ text: title, link: `/${path}` })),
    })),
  },
})
