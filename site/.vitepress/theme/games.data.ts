/** Reads the examples while the site is built, for the page on which they are played. */
import { readFile } from 'node:fs/promises'
import { createMarkdownRenderer, defineLoader, type SiteConfig } from 'vitepress'

export interface PlayedGame {
  /** Of its folder in `examples`, and of its frame. */
  readonly name: string
  readonly engine: string
  readonly title: string
  readonly how: string
  /** HTML, highlighted. */
  readonly code: string
}

const games = [
  {
    name: 'pixi',
    engine: 'PixiJS',
    title: 'Pop',
    how: 'Click the bubbles. Each ten are a level, and the level is the context.',
  },
  {
    name: 'phaser',
    engine: 'Phaser',
    title: 'Catch',
    how: 'Move the basket under the stars. Scenes and steps record themselves.',
  },
  {
    name: 'excalibur',
    engine: 'Excalibur',
    title: 'Dodge',
    how: 'Click to begin, and keep out of the way of the rocks.',
  },
  {
    name: 'three',
    engine: 'three.js',
    title: 'Orbit',
    how: 'Click for one more moon, and see what the GPU is asked for.',
  },
]

declare const data: readonly PlayedGame[]

export { data }

export default defineLoader({
  watch: ['../../../examples/*/src/*'],
  async load(files): Promise<readonly PlayedGame[]> {
    const { VITEPRESS_CONFIG: config } = globalThis as unknown as { readonly VITEPRESS_CONFIG: SiteConfig }
    const markdown = await createMarkdownRenderer(config.srcDir, config.markdown, config.site.base, config.logger)
    return Promise.all(
      games.map(async (game) => {
        const own = files.filter((file) => file.replaceAll('\\', '/').includes(`/examples/${game.name}/`))
        const blocks = await Promise.all(
          own.sort().map(async (file) => `\`\`\`ts\n${await readFile(file, 'utf8')}\`\`\``),
        )
        return { ...game, code: markdown.render(blocks.join('\n\n')) }
      }),
    )
  },
})
