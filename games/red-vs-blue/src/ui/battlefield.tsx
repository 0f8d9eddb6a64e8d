/** Mounts the canvas: makes a scene for as long as it is mounted. */

import { type ReactNode, useEffect, useRef } from 'react'
import type { Game } from '../game.ts'
import { createHelm } from './helm.ts'
import { createScene } from './scene/scene.ts'

export function Battlefield({ game }: { readonly game: Game }): ReactNode {
  const canvasRef = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const canvas = canvasRef.current
    if (!canvas) return undefined
    const { engine, loop, missions, stores } = game
    const scene = createScene({
      canvas,
      engine,
      speed: () => (stores.ui.getState().running ? stores.ui.getState().speed : 0),
      signs: () => missions.signs,
      isCalm: matchMedia('(prefers-reduced-motion: reduce)').matches,
    })
    const helm = createHelm(game, scene, canvas)
    const sizes = new ResizeObserver(scene.resize)
    sizes.observe(canvas)
    const stopSteering = loop.onFrame(helm.steer)
    const stopDrawing = loop.onFrame(scene.draw)
    return () => {
      stopSteering()
      stopDrawing()
      sizes.disconnect()
      helm.close()
      scene.close()
    }
  }, [game])

  return <canvas ref={canvasRef} className="battlefield" aria-label="The battle" />
}
