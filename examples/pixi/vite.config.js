import { downlink } from '@downlink/vite'
import { defineConfig } from 'vite'

export default defineConfig({ plugins: [downlink()] })
