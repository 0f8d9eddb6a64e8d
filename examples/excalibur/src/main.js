/** Dodge: rocks fall, and a ship follows the pointer between them. One hit, and it begins again. */
import { startTelemetry } from '@downlink/client/auto'
import { Actor, CollisionType, Color, Engine, Font, Label, Scene, Timer, vec } from 'excalibur'

const telemetry = startTelemetry({ enabled: true, build: '1.0.0' })

const width = 480
const height = 640

class Title extends Scene {
  onInitialize() {
    const font = new Font({ size: 24, color: Color.White, textAlign: 'center' })
    this.add(new Label({ text: 'Dodge. Click to play', pos: vec(width / 2, height / 2), font }))
    this.input.pointers.primary.on('down', () => game.goToScene('play'))
  }
}

class Play extends Scene {
  onInitialize() {
    this.ship = new Actor({ width: 40, height: 24, color: Color.Azure, collisionType: CollisionType.Passive })
    this.ship.on('collisionstart', () => this.end())
    this.add(this.ship)
    this.rain = new Timer({ interval: 400, repeats: true, action: () => this.drop() })
    this.add(this.rain)
    this.input.pointers.primary.on('move', ({ worldPos }) => {
      this.ship.pos.x = worldPos.x
    })
  }

  onActivate() {
    this.dodged = 0
    this.ship.pos = vec(width / 2, height - 60)
    this.rain.start()
  }

  drop() {
    const x = 20 + Math.random() * (width - 40)
    const rock = new Actor({ pos: vec(x, -20), vel: vec(0, 320), radius: 14, color: Color.Orange })
    rock.body.collisionType = CollisionType.Passive
    rock.on('exitviewport', () => {
      rock.kill()
      this.dodged++
    })
    this.add(rock)
  }

  end() {
    telemetry.push('ship_hit', { dodged: this.dodged, x: Math.round(this.ship.pos.x) })
    this.rain.stop()
    for (const actor of this.actors) if (actor !== this.ship) actor.kill()
    game.goToScene('title')
  }
}

const game = new Engine({
  width,
  height,
  backgroundColor: Color.fromHex('#1f1b2e'),
  suppressPlayButton: true,
  scenes: { title: Title, play: Play },
})

// Each event happens in a scene, and each scene is an event.
function entered(scene) {
  telemetry.setContext({ scene })
  telemetry.push('scene_started', { scene })
}
game.director.events.on('navigationend', ({ destinationName }) => entered(destinationName))

// What a frame costs, once a second: the engine measures it, and a page's clock has tenths of a millisecond.
const tenths = (ms) => Math.round(ms * 10) / 10
setInterval(() => {
  const { duration, actors } = game.stats.prevFrame
  telemetry.push('step_times', {
    updateMs: tenths(duration.update),
    renderMs: tenths(duration.draw),
    objects: actors.total,
  })
}, 1000)

// What is thrown in its loop the engine keeps to itself, and stands still.
game.onFatalException = (error) => reportError(error)

// Of the first one the director tells nothing.
game.start('title').then(() => entered('title'))
