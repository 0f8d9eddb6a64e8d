/** Pop: bubbles rise, and burst where they are clicked. */
import { startTelemetry } from '@downlink/client/auto'
import { Application, Graphics } from 'pixi.js'

const telemetry = startTelemetry({ enabled: true, build: '1.0.0' })

const app = new Application()
await app.init({ width: 480, height: 640, background: '#1f1b2e', antialias: true })
document.body.append(app.canvas)
telemetry.setLabels({ renderer: app.renderer.name })

let popped = 0
let missed = 0

function rise() {
  const radius = 16 + Math.random() * 24
  const bubble = new Graphics().circle(0, 0, radius).fill({ color: 0x7bdff2, alpha: 0.7 })
  bubble.position.set(radius + Math.random() * (480 - 2 * radius), 640 + radius)
  bubble.eventMode = 'static'
  bubble.on('pointerdown', () => {
    bubble.destroy()
    popped++
    telemetry.setContext({ level: 1 + Math.floor(popped / 10) })
    telemetry.push('bubble_popped', { radius: Math.round(radius), popped })
  })
  app.stage.addChild(bubble)
}

app.ticker.add(({ deltaTime }) => {
  for (const bubble of [...app.stage.children]) {
    bubble.y -= 2 * deltaTime
    if (bubble.y > -40) continue
    bubble.destroy()
    missed++
    telemetry.push('bubble_missed', { missed })
  }
})

// What is drawn, once a second. How long the frames take, `auto` records.
setInterval(() => telemetry.push('display', { objects: app.stage.children.length }), 1000)
setInterval(rise, 350)
telemetry.push('level_started', { level: 1 })
