/** Runs a command that asks a collector, and tells when it has begun to: before that it loads itself, which may take longer. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'
import { type Running, type Serving, start } from '../../packages/cli/test/run-command.ts'

export interface AskingCommand extends Running {
  /** Resolves with its first request. */
  readonly asked: Promise<unknown>
}

export async function startAsking(args: readonly string[], { url }: Pick<Serving, 'url'>): Promise<AskingCommand> {
  const { hostname, port } = new URL(url)
  const relay = createServer((socket) => {
    const collector = connect(Number(port), hostname)
    // Either may be killed.
    pipeline(socket, collector, socket, () => {})
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const asked = once(relay, 'connection')
  const command = start([...args, '--url', `http://127.0.0.1:${(relay.address() as AddressInfo).port}`])
  void command.exitCode.then(() => relay.close())
  return { ...command, asked }
}
