/** Reads what `docs/README.md` begins with, five lines of code, for the site's first page. */
import { readFile } from 'node:fs/promises'
import { createMarkdownRenderer, defineLoader, type SiteConfig } from 'vitepress'

/** HTML, highlighted. */
declare const data: string

export { data }

export default defineLoader({
  watch: ['../../../docs/README.md'],
  async load([file = '']): Promise<string> {
    const { VITEPRESS_CONFIG: config } = globalThis as unknown as { readonly VITEPRESS_CONFIG: SiteConfig }
    const markdown = await createMarkdownRenderer(config.srcDir, config.markdown, config.site.base, config.logger)
    const [code = ''] = /^```.*?^```/ms.exec(await readFile(file, 'utf8')) ?? []
    return markdown.render(code)
  },
})
