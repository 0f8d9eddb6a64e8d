#!/usr/bin/env node
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)

if (existsSync(main)) {
  const { runCommand } = await import(main.href)
  await runCommand(process.argv.slice(2))
} else {
  process.stderr.write('downlink is not built yet. Build it at the root of the repository: npm run build\n')
  process.exitCode = 1
}
