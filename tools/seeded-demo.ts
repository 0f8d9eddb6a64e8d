/** Runs the demo from a seed, with what its game never does: send what no schema allows, and from a page that is not allowed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root } from './node-tool.ts'

export interface SeededDemo {
  /** Of the page, with a slash at its end. */
  readonly url: string
  close(): Promise<void>
}

/** @param options of the command, such as `--rate` */
export async function openSeededDemo(port: number, options: readonly string[]): Promise<SeededDemo> {
  const command = join(root, 'packages/cli/bin/downlink.js')
  const demo = spawn(process.execPath, [command, 'demo', '--port', `${port}`, '--seed', '7', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}/`
  const close = async (): Promise<void> => {
    if (demo.kill('SIGINT')) await once(demo, 'exit')
  }
  try {
    await untilItAnswers(url)
    await sendWhatIsWrong(url)
  } catch (error) {
    await close()
    throw error
  }
  return { url, close }
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`${url}readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await setTimeout(200)
  }
  throw new Error(`Expected the demo to answer at ${url}`)
}

/** The demo's game makes no mistakes; what is done about them is to be seen as well. */
async function sendWhatIsWrong(url: string): Promise<void> {
  const wrong = [
    { type: 'frame_stats', data: { fps: 'sixty', p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4 } },
    { type: 'bulet_fired', data: { shipId: 'red-1' } },
  ]
  const send = (headers: Readonly<Record<string, string>>) =>
    fetch(`${url}telemetry`, { method: 'POST', headers, body: JSON.stringify(wrong) })
  await send({})
  await send({ origin: 'https://game.example' })
}
