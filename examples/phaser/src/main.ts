/** Catch: stars fall, a basket catches them. Three are missed, and it is over. */
import { attachPhaser } from '@downlink/client/phaser'
import Phaser from 'phaser'
import { telemetry } from './telemetry.ts'

const width = 480
const height = 640

class Boot extends Phaser.Scene {
  constructor() {
    super('Boot')
  }

  create(): void {
    const brush = this.make.graphics()
    brush.fillStyle(0xffd166).fillCircle(12, 12, 12).generateTexture('star', 24, 24).clear()
    brush.fillStyle(0x7bdff2).fillRoundedRect(0, 0, 96, 20, 8).generateTexture('basket', 96, 20).destroy()
    this.scene.start('Play')
  }
}

class Play extends Phaser.Scene {
  private score = 0
  private lives = 3

  constructor() {
    super('Play')
  }

  create(): void {
    this.score = 0
    this.lives = 3
    const basket = this.physics.add.image(width / 2, height - 40, 'basket').setImmovable(true)
    this.input.on('pointermove', ({ x }: Phaser.Input.Pointer) => basket.setX(Phaser.Math.Clamp(x, 48, width - 48)))
    const stars = this.physics.add.group()
    this.time.addEvent({
      delay: 500,
      loop: true,
      callback: () => void stars.create(Phaser.Math.Between(24, width - 24), -12, 'star').setVelocityY(260),
    })
    this.physics.add.overlap(basket, stars, (_, star) => {
      star.destroy()
      this.score++
      telemetry.push('star_caught', { x: Math.round(basket.x), score: this.score })
      this.say()
    })
    this.events.on('update', () => {
      for (const star of stars.getMatching('active', true)) if (star.y > height) this.miss(star)
    })
    this.scene.launch('Score')
    this.say()
  }

  private miss(star: Phaser.GameObjects.Image): void {
    star.destroy()
    this.lives--
    telemetry.push('star_missed', { x: Math.round(star.x), y: Math.round(star.y), lives: this.lives })
    this.say()
    if (this.lives > 0) return
    telemetry.push('game_over', { score: this.score })
    this.events.off('update')
    this.scene.stop('Score').start('Over', { score: this.score })
  }

  private say(): void {
    this.registry.set('score', `Stars ${this.score}   Lives ${'♥'.repeat(this.lives)}`)
  }
}

class Score extends Phaser.Scene {
  constructor() {
    super('Score')
  }

  create(): void {
    const text = this.add.text(16, 16, this.registry.get('score'), { fontSize: '20px' })
    this.events.on('update', () => text.setText(this.registry.get('score')))
  }
}

class Over extends Phaser.Scene {
  constructor() {
    super('Over')
  }

  create({ score }: { readonly score: number }): void {
    const words = `${score} stars\n\nClick to play again`
    this.add.text(width / 2, height / 2, words, { fontSize: '24px', align: 'center' }).setOrigin(0.5)
    this.input.once('pointerdown', () => this.scene.start('Play'))
  }
}

const game = new Phaser.Game({
  type: Phaser.AUTO,
  width,
  height,
  backgroundColor: '#1f1b2e',
  physics: { default: 'arcade' },
  scene: [Boot, Play, Score, Over],
})
attachPhaser(game, telemetry)
