/** Runs the command of a development dependency: Node without a shell, so that Windows needs nothing special. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root, absolute. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

export interface Finished {
  /** 1 as well where a signal ended the process. */
  readonly exitCode: number
  /** stdout and stderr as they came; empty where they were passed through. */
  readonly output: string
}

export interface RunOptions {
  /** @default the repository's root */
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /**
   * `collect` returns the output, `show` passes it through, `stderr` passes all of it to stderr.
   * @default 'collect'
   */
  readonly output?: 'collect' | 'show' | 'stderr'
  /** Ends the process after this long. @default 10 minutes */
  readonly timeoutMs?: number
}

const stdio = { collect: ['ignore', 'pipe', 'pipe'], show: ['ignore', 1, 2], stderr: ['ignore', 2, 2] } as const

/** Path of the script behind `npx <name>`, for a package installed at the root. */
export function toolPath(packageName: string, name: string = packageName): string {
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[name])
}

/** npm's own script: named by npm when it runs us, else beside Node. */
export function npmPath(): string {
  const running = process.env.npm_execpath
  if (running?.endsWith('npm-cli.js')) return running
  const prefix = process.platform === 'win32' ? '.' : '../lib'
  return join(process.execPath, '..', prefix, 'node_modules/npm/bin/npm-cli.js')
}

/** Runs a script in Node. Never rejects. */
export function runNode(script: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return run(process.execPath, [script, ...args], options)
}

/** Runs a program, given as an argv array. Never rejects: a program that is not there has exit code 127. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const colour: NodeJS.ProcessEnv = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...colour, ...options.env },
    stdio: [...stdio[options.output ?? 'collect']],
    timeout: options.timeoutMs ?? 600_000,
  })
  let output = ''
  const collect = (text: string): void => {
    output += text
  }
  child.stdout?.setEncoding('utf8').on('data', collect)
  child.stderr?.setEncoding('utf8').on('data', collect)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: 127, output: `${output}${error.message}\n` }))
    child.once('close', (code, signal) => {
      resolve({ exitCode: code ?? 1, output: signal === null ? output : `${output}Ended by ${signal}\n` })
    })
  })
}
