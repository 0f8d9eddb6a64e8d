/** Makes the real world that the command runs in. This file alone touches globals. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline/promises'

export interface Environment {
  /** Absolute path of the game. */
  readonly folder: string
  /** Who runs the command, such as `npm/11.0.0 node/v20.19.0`. */
  readonly userAgent: string | undefined
  print(line: string): void
  warn(line: string): void
  /** Undefined where nobody is there to answer. */
  confirm(question: string): Promise<boolean | undefined>
  run(command: readonly string[]): RunningCommand
  /** Nobody listens there on loopback, and browsers connect to it. */
  isPortFree(port: number): Promise<boolean>
  /** The body of what answers well. */
  fetchText(url: string): Promise<string>
  wait(ms: number): Promise<void>
  /** Aborts once the command is told to end. */
  readonly interrupted: AbortSignal
}

export interface RunningCommand {
  /** What it says on stdout, and on stderr; it is shown as well. */
  readonly output: AsyncIterable<string>
  /** Resolves to its exit code, once it has ended. */
  readonly ended: Promise<number>
  kill(): void
}

/** What listens may be no server of pages, and never answer. */
const fetchTimeoutMs = 5000

export function realEnvironment(): Environment {
  const ending = new AbortController()
  const userAgent = process.env.npm_config_user_agent
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  if (userAgent !== undefined) onceOrphaned(() => ending.abort())
  return {
    folder: process.cwd(),
    userAgent,
    print: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
    async confirm(question) {
      if (!(process.stdin.isTTY && process.stdout.isTTY)) return undefined
      const lines = createInterface({ input: process.stdin, output: process.stdout })
      const answer = await lines.question(`${question} (Y/n) `, { signal: ending.signal }).finally(() => lines.close())
      return /^(y(es)?)?$/i.test(answer.trim())
    },
    run,
    isPortFree,
    async fetchText(url) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) })
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
      return answer.text()
    },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    interrupted: ending.signal,
  }
}

/** How often it looks whether its parent is there, in milliseconds. */
const parentIntervalMs = 500

/**
 * A package manager that is told to end ends, and its shell with it, without a word to what that runs.
 *
 * @param parentId of this process; on Windows it stays what it was
 */
export function onceOrphaned(act: () => void, parentId = (): number => process.ppid): void {
  const first = parentId()
  const timer = setInterval(() => {
    if (parentId() === first) return
    clearInterval(timer)
    act()
  }, parentIntervalMs)
  timer.unref()
}

async function isPortFree(port: number): Promise<boolean> {
  const server = createServer()
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
  if (!isListening) return false
  await new Promise((resolve) => server.close(resolve))
  // A port that belongs to another protocol is refused as a browser does it, before anything is sent.
  const fault = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) }).then(
    () => undefined,
    (error: Error) => error.cause as Error | undefined,
  )
  return fault?.message !== 'bad port'
}

function run(command: readonly string[]): RunningCommand {
  const [name = '', ...args] = command
  // A package manager is a .cmd file on Windows, which takes a shell; elsewhere its whole group is to end with it.
  const isWindows = process.platform === 'win32'
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = isWindows
    ? spawn(commandLine(command), { stdio: [...stdio], shell: true })
    : spawn(name, args, { stdio: [...stdio], detached: true })
  child.stdout.setEncoding('utf8').on('data', (text: string) => process.stdout.write(text))
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code) => resolve(code ?? 1))
  })
  return {
    // Whoever has read enough must not close it: the server would end at its next line.
    output: { [Symbol.asyncIterator]: () => child.stdout.iterator({ destroyOnReturn: false }) },
    ended,
    kill() {
      if (child.pid === undefined || child.exitCode !== null) return
      if (isWindows) child.kill()
      else process.kill(-child.pid, 'SIGTERM')
    },
  }
}

/**
 * As `cmd.exe` takes it, whose quotes keep a path with spaces, `&` or brackets together.
 *
 * @example commandLine(['npm', 'install', 'C:\\My Games\\a.tgz']) // 'npm install "C:\\My Games\\a.tgz"'
 */
export const commandLine = (command: readonly string[]): string =>
  command.map((part) => (/^[\w@.:\\/=+-]+$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join(' ')
