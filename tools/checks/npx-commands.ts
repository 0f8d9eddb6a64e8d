/**
 * Checks how docs, and the texts of packages, call our command by npx: by its package. Where `downlink` is not installed,
 * its name alone is that of somebody else's package, which npx would fetch and run.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../node-tool.ts'
import { type CheckResult, resultOf } from './check.ts'
import { pagePaths } from './links.ts'
import { readSources } from './sources.ts'

export async function checkNpxCommands(): Promise<CheckResult> {
  const sources = (await readSources()).filter(({ isTest }) => !isTest).map(({ path }) => path)
  const paths = [...(await pagePaths()), ...sources, 'action.yml', 'site/home.ts']
  const faults = await Promise.all(
    paths.map(async (path) =>
      foreignCommandsIn(await readFile(join(root, path), 'utf8')).map(
        (command) => `${path} says \`${command}\`, which fetches another package: \`npx @downlink/cli\` is ours`,
      ),
    ),
  )
  const { bin } = JSON.parse(await readFile(join(root, 'packages/cli/package.json'), 'utf8'))
  // Of several npx would take none but one named as the package is.
  const isFound = Object.keys(bin).length === 1
  return {
    ...resultOf([...faults.flat(), ...(isFound ? [] : ['packages/cli has not one bin: npx knows not which to run'])]),
    note: `${paths.length} files`,
  }
}

/** Those without a `--package` that has it, and without `--no`, with which nothing is fetched. */
export const foreignCommandsIn = (text: string): string[] =>
  [...text.matchAll(/\b(?:npx|bunx|(?:pnpm|yarn) dlx)((?:\s+-\S+)*)\s+downlink(?:@\S+)?(?![\w/-])/g)]
    .filter(([, options = '']) => !/--(package|no)\b/.test(options))
    .map(([command]) => command)
