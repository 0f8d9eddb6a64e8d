/** The theme of the site: VitePress's own, with games and snippets that run in its pages. */
import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import FrontPage from './front-page.vue'
import GamePlayer from './game-player.vue'
import SnippetRunner from './snippet-runner.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    for (const [name, component] of Object.entries({ FrontPage, GamePlayer, SnippetRunner }))
      app.component(name, component)
  },
} satisfies Theme
