/** Moves and draws sparks, flashes and shock waves, in a fixed pool, so that a big explosion costs no garbage. */

import type { Tint } from './palette.ts'
import type { Sprites } from './sprites.ts'

export interface Particle {
  x: number
  y: number
  velocityX: number
  velocityY: number
  /** Diameter in field pixels at birth. */
  size: number
  /** Field pixels a second by which the diameter grows. */
  growth: number
  /** Seconds until it is seen. */
  delaySeconds: number
  lifeSeconds: number
  tint: Tint
  /** A ring instead of a light. */
  ring: boolean
}

export interface Particles {
  /** Where the pool is full, the oldest gives way. */
  add(particle: Particle): void
  pass(seconds: number): void
  /** Draws in field coordinates, adding light to what is there. */
  draw(context: CanvasRenderingContext2D): void
  clear(): void
}

const drag = 1.6

export function createParticles(sprites: Sprites, capacity: number): Particles {
  const pool: (Particle & { age: number })[] = []
  let oldest = 0

  return {
    add(particle) {
      if (pool.length < capacity) pool.push({ ...particle, age: -particle.delaySeconds })
      else {
        Object.assign(pool[oldest] ?? {}, particle, { age: -particle.delaySeconds })
        oldest = (oldest + 1) % capacity
      }
    },
    pass(seconds) {
      const slowing = Math.exp(-drag * seconds)
      for (const particle of pool) {
        particle.age += seconds
        if (particle.age < 0) continue
        particle.x += particle.velocityX * seconds
        particle.y += particle.velocityY * seconds
        particle.velocityX *= slowing
        particle.velocityY *= slowing
        particle.size += particle.growth * seconds
      }
    },
    draw(context) {
      context.globalCompositeOperation = 'lighter'
      for (const { x, y, size, age, lifeSeconds, tint, ring } of pool) {
        if (age < 0 || age >= lifeSeconds || size <= 0) continue
        const left = 1 - age / lifeSeconds
        context.globalAlpha = left * left
        if (ring) drawRing(context, x, y, size / 2, left)
        else context.drawImage(sprites.light[tint].image, x - size / 2, y - size / 2, size, size)
      }
      context.globalAlpha = 1
      context.globalCompositeOperation = 'source-over'
    },
    clear() {
      pool.length = 0
      oldest = 0
    },
  }
}

function drawRing(context: CanvasRenderingContext2D, x: number, y: number, radius: number, left: number): void {
  context.strokeStyle = 'rgb(255 236 214)'
  context.lineWidth = 0.5 + 3 * left
  context.beginPath()
  context.arc(x, y, radius, 0, Math.PI * 2)
  context.stroke()
}
