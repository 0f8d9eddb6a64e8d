/** Checks what `@downlink/client` adds to a game's page, protocol included. The limit is set in package.json. */
import { runNode, toolPath } from '../node-tool.ts'
import type { CheckResult } from './check.ts'

interface Measured {
  readonly name: string
  readonly passed: boolean
  readonly size: number
  readonly sizeLimit: number
}

export async function checkBundleSize(): Promise<CheckResult> {
  const { exitCode, output } = await runNode(toolPath('size-limit'), ['--json'])
  if (!output.startsWith('[')) return { ok: false, output }
  const measured: readonly Measured[] = JSON.parse(output)
  const lines = measured.map(({ name, size, sizeLimit }) => `${name} ${size} of ${sizeLimit} bytes`)
  return { ok: exitCode === 0, output: lines.join('\n'), note: lines.join(' · ') }
}
