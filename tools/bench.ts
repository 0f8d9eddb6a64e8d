/** Runs `npm run bench [name [argument…]]`: benchmarks/<name>.ts, or all of them, one after the other. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNode, toolPath } from './node-tool.ts'

const folder = join(root, 'benchmarks')
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
const all = files.map((file) => file.slice(0, -3))

const [wanted, ...args] = process.argv.slice(2)
if (wanted !== undefined && !all.includes(wanted)) {
  console.error(`No benchmark is named ${wanted}. There are: ${all.join(', ')}.`)
  process.exit(2)
}

for (const name of wanted === undefined ? all : [wanted]) {
  const { exitCode } = await runNode(toolPath('jiti'), [join(folder, `${name}.ts`), ...args], { output: 'show' })
  if (exitCode !== 0) process.exitCode = exitCode
}
