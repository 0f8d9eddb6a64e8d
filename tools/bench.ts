/** `npm run bench [name…]`: runs benchmarks/<name>.ts, or all of them, one after the other. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNode, toolPath } from './node-tool.ts'

const folder = join(root, 'benchmarks')
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`No benchmark is named ${unknown.join(', ')}. There are: ${all.join(', ') || 'none yet'}.`)
  process.exit(2)
}

for (const name of wanted.length > 0 ? wanted : all) {
  const { exitCode } = await runNode(toolPath('jiti'), [join(folder, `${name}.ts`)], { output: 'show' })
  if (exitCode !== 0) process.exitCode = exitCode
}
