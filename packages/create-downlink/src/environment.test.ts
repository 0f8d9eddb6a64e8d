import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { execPath } from 'node:process'
import { expect, it, onTestFinished, vi } from 'vitest'
import { commandLine, onceOrphaned, realEnvironment } from './environment.ts'

it('does not close what a command writes to once enough of it is read', async () => {
  const program = `
    process.stdout.on('error', () => process.exit(7))
    console.log('first')
    let lines = 0
    const timer = setInterval(() => {
      console.log('')
      if (++lines === 20) clearInterval(timer)
    }, 10)
  `
  const command = realEnvironment().run([execPath, '-e', program])
  for await (const text of command.output) {
    if (text.includes('first')) break
  }
  expect(await command.ended).toBe(0)
})

it('ends with 127 where there is no such command', async () => {
  expect(await realEnvironment().run(['downlink-is-no-command']).ended).toBeGreaterThan(0)
})

it('notices once that whoever has started it is gone', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const act = vi.fn()
  let parent = 4711
  onceOrphaned(act, () => parent)
  vi.advanceTimersByTime(60_000)
  expect(act).not.toHaveBeenCalled()
  parent = 1
  vi.advanceTimersByTime(60_000)
  expect([act.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0])
})

it('knows a port that is free, one that is taken, and one to which no browser connects', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { isPortFree } = realEnvironment()
  expect([await isPortFree(port), await isPortFree(6667)]).toEqual([false, false])
  await new Promise((resolve) => server.close(resolve))
  expect(await isPortFree(port)).toBe(true)
})

it.each([
  [['npm', 'install', '@downlink/client'], 'npm install @downlink/client'],
  [['npm', 'install', 'C:\\My Games\\a-0.1.0.tgz'], 'npm install "C:\\My Games\\a-0.1.0.tgz"'],
  [['npx', '--package=C:\\a&b\\(c).tgz', 'x'], 'npx "--package=C:\\a&b\\(c).tgz" x'],
  [['npm', 'run', ''], 'npm run ""'],
  [['npm', 'run', 'a"b'], 'npm run "a""b"'],
  [['npm', 'run', 'dev > log'], 'npm run "dev > log"'],
])('writes %j for cmd.exe', (command, line) => {
  expect(commandLine(command)).toBe(line)
})
