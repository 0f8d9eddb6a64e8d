/** Builds the page into the collector, which serves it. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  // The page may be mounted under any path.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../collector/dist/page',
    emptyOutDir: true,
    // The page's policy allows no inlined files but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
