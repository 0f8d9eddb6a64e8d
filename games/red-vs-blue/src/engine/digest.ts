/** Hashes a battle's event stream into sixteen letters: equal digests in Node and in a browser mean equal streams. */

import type { BattleConfig } from './config.ts'
import { createEngine } from './engine.ts'

/**
 * Plays a battle of bots and hashes its telemetry, one `JSON.stringify` line an event.
 *
 * @example digestBattle({ seed: 7, ticks: 3600 }) // → 16 hexadecimal digits
 */
export function digestBattle({ ticks, ...config }: Partial<BattleConfig> & { seed: number; ticks: number }): string {
  const engine = createEngine({ ...config, enableTelemetry: true })
  const hash = createHash()
  engine.on('telemetry', (event) => hash.add(`${JSON.stringify(event)}\n`))
  for (let tick = 0; tick < ticks; tick++) engine.step()
  return hash.hex()
}

/** Two lanes of FNV-1a (Fowler, Noll and Vo; 32 bits) over UTF-16 units, the second from another offset. */
function createHash(): { add(text: string): void; hex(): string } {
  const prime = 0x01000193
  let one = 0x811c9dc5
  let two = 0x050c5d1f
  return {
    add(text) {
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i)
        one = Math.imul(one ^ unit, prime)
        two = Math.imul(two ^ unit ^ (one >>> 24), prime)
      }
    },
    hex: () => [one, two].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}
