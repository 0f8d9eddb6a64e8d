/** Builds the page. `tsc` writes the game module to `dist/` besides: Vite empties `dist/page` and nothing else. */

import { downlink } from '@downlink/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import manifest from './package.json' with { type: 'json' }

/** Of the package's description the page takes its version, and tells nobody what else it is made of. */
const versionAlone: Plugin = {
  name: 'version-alone',
  enforce: 'pre',
  load: (id) => (id.endsWith('/red-vs-blue/package.json') ? JSON.stringify({ version: manifest.version }) : undefined),
}

const config: UserConfig = defineConfig({
  base: './',
  plugins: [versionAlone, react(), downlink()],
  build: { outDir: 'dist/page', emptyOutDir: true, target: 'es2023' },
})

export default config
