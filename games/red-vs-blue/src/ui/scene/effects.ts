/** Turns events into effects: muzzle flashes, sparks, explosions, ships warping in, fireworks for the winner. */

import type { Team } from '../../engine/battle.ts'
import type { BattleEvent } from '../../engine/events.ts'
import type { Camera, Size } from './camera.ts'
import type { Tint } from './palette.ts'
import type { Particle, Particles } from './particles.ts'

export interface EffectsOptions {
  readonly particles: Particles
  readonly camera: Camera
  readonly field: () => Size
  /** For those who asked their system for less motion: no shake, few sparks, no flash. */
  readonly isCalm: boolean
}

interface Burst {
  readonly x: number
  readonly y: number
  readonly tint: Tint
  readonly count: number
  readonly speed: number
  readonly lifeSeconds: number
  readonly delaySeconds?: number
}

const light: Particle = {
  x: 0,
  y: 0,
  velocityX: 0,
  velocityY: 0,
  size: 10,
  growth: 0,
  delaySeconds: 0,
  lifeSeconds: 0.2,
  tint: 'white',
  ring: false,
}

/** Plays an event; hand it to the engine's `event`. */
export function createEffects({ particles, camera, field, isCalm }: EffectsOptions): (event: BattleEvent) => void {
  function burst({ x, y, tint, count, speed, lifeSeconds, delaySeconds = 0 }: Burst): void {
    for (let spark = 0; spark < (isCalm ? count / 4 : count); spark++) {
      const angle = Math.random() * Math.PI * 2
      const pace = speed * (0.25 + Math.random() * 0.9)
      particles.add({
        ...light,
        x,
        y,
        velocityX: Math.cos(angle) * pace,
        velocityY: Math.sin(angle) * pace,
        size: 6 + Math.random() * 8,
        growth: -4,
        delaySeconds,
        lifeSeconds: lifeSeconds * (0.5 + Math.random()),
        tint: Math.random() < 0.25 ? 'white' : tint,
      })
    }
  }

  function explode(x: number, y: number, team: Team): void {
    if (!isCalm) particles.add({ ...light, x, y, size: 130, growth: -150, lifeSeconds: 0.3 })
    particles.add({ ...light, x, y, size: 80, growth: 70, lifeSeconds: 0.75, tint: 'fire' })
    particles.add({ ...light, x, y, size: 54, growth: 40, lifeSeconds: 1.5, tint: team })
    particles.add({ ...light, x, y, size: 14, growth: 230, lifeSeconds: 0.6, ring: true })
    burst({ x, y, tint: 'fire', count: 26, speed: 210, lifeSeconds: 0.8 })
    burst({ x, y, tint: team, count: 20, speed: 120, lifeSeconds: 1.4 })
    if (!isCalm) camera.shake(0.32)
  }

  function celebrate(team: Team): void {
    const { width, height } = field()
    for (let rocket = 0; rocket < (isCalm ? 2 : 14); rocket++) {
      const x = width * (0.1 + Math.random() * 0.8)
      const y = height * (0.1 + Math.random() * 0.7)
      const delaySeconds = 0.3 + rocket * 0.22
      particles.add({ ...light, x, y, size: 70, growth: -60, lifeSeconds: 0.4, delaySeconds, tint: team })
      burst({ x, y, tint: team, count: 34, speed: 210, lifeSeconds: 1.2, delaySeconds })
    }
  }

  return ({ type, data }) => {
    switch (type) {
      case 'ship_spawned':
        particles.add({ ...light, x: data.x, y: data.y, size: 46, growth: -60, lifeSeconds: 0.5, tint: data.team })
        return
      case 'bullet_fired':
        particles.add({ ...light, x: data.x, y: data.y, size: 20, growth: -60, lifeSeconds: 0.14, tint: data.team })
        return
      case 'bullet_hit':
        particles.add({ ...light, x: data.x, y: data.y, size: 26, growth: -50, lifeSeconds: 0.2 })
        burst({ x: data.x, y: data.y, tint: 'fire', count: 7, speed: 130, lifeSeconds: 0.35 })
        return
      case 'ship_destroyed':
        explode(data.x, data.y, data.team)
        return
      case 'round_ended':
        if (data.winner !== 'draw') celebrate(data.winner)
    }
  }
}
