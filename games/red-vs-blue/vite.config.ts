/** Builds the page. `tsc` writes the game module to `dist/` besides: Vite empties `dist/page` and nothing else. */

import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  base: './',
  envDir: '../..',
  plugins: [react()],
  build: { outDir: 'dist/page', emptyOutDir: true, target: 'es2023' },
})

export default config
