// @vitest-environment jsdom
import { expect, it } from 'vitest'
import { adopt, type CallQueue } from './adopt.ts'

const adopted = (...queue: CallQueue) => adopt({}, queue, { enabled: true, url: 'http://127.0.0.1:1' })

it('hears a no that came before the script did, before anything is stored', () => {
  localStorage.clear()
  const telemetry = adopted(['push', 'early'], ['setEnabled', false])
  expect([telemetry.enabled, localStorage.length, telemetry.stats().pushed]).toEqual([false, 0, 0])
  telemetry.setEnabled(true)
  telemetry.push('late')
  expect(telemetry.recent(1)[0]?.labels).toMatchObject({ player: expect.any(String) })
  telemetry.setEnabled(false)
})

it('records what came before the script did', () => {
  const telemetry = adopted(['push', 'early', { n: 1 }, 1_700_000_000_000])
  expect(telemetry.recent(100)).toContainEqual(expect.objectContaining({ type: 'early', timestamp: 1_700_000_000_000 }))
  telemetry.setEnabled(false)
})
