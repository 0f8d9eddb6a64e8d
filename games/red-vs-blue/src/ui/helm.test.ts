// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TestGame, testGame } from '../test-doubles.ts'
import { createHelm, type Helm } from './helm.ts'

let game: TestGame
let helm: Helm
let canvas: HTMLCanvasElement

beforeEach(() => {
  game = testGame()
  game.connect()
  game.start()
  canvas = document.createElement('canvas')
  canvas.setPointerCapture = () => {}
  helm = createHelm(game, { toField: (x, y) => ({ x, y }) }, canvas)
})
afterEach(() => helm.close())

const key = (type: 'keydown' | 'keyup', code: string): boolean =>
  dispatchEvent(new KeyboardEvent(type, { code, cancelable: true }))

const point = (type: string, clientX: number, clientY: number): boolean =>
  canvas.dispatchEvent(Object.assign(new MouseEvent(type, { clientX, clientY }), { pointerId: 1 }))

const piloted = () => game.engine.battle.ships.find(({ id }) => id === game.engine.battle.pilotedId)

it('flies by keys, and leaves them alone while nobody flies', () => {
  expect(key('keydown', 'Space')).toBe(true)
  key('keydown', 'KeyT')
  expect(key('keydown', 'ArrowLeft')).toBe(false)
  key('keydown', 'KeyW')
  key('keydown', 'Space')
  helm.steer()
  expect(piloted()?.controls).toEqual({ turn: -1, thrust: 1, fire: true })
  key('keyup', 'Space')
  key('keydown', 'KeyD')
  helm.steer()
  expect(piloted()?.controls).toEqual({ turn: 0, thrust: 1, fire: false })
  key('keydown', 'Escape')
  expect(piloted()).toBeUndefined()
})

it('takes the ship that is tapped, then flies it to where the pointer is held', () => {
  const [ship] = game.engine.battle.ships
  if (!ship) throw new Error('Expected a ship')
  point('pointerdown', ship.x + 500, ship.y)
  expect(piloted()).toBeUndefined()
  point('pointerdown', ship.x + 20, ship.y)
  point('pointerup', ship.x + 20, ship.y)
  expect(piloted()?.id).toBe(ship.id)
  helm.steer()
  expect(piloted()?.controls).toEqual({ turn: 0, thrust: 0, fire: false })
  point('pointerdown', ship.x, ship.y + 200)
  helm.steer()
  expect(piloted()?.controls).toEqual({ turn: 1, thrust: 1, fire: true })
  point('pointermove', ship.x + 10, ship.y)
  helm.steer()
  expect(piloted()?.controls).toEqual({ turn: 0, thrust: 0, fire: true })
  point('pointerup', ship.x, ship.y)
  helm.steer()
  expect(piloted()?.controls).toEqual({ turn: 0, thrust: 0, fire: false })
})

it('opens the inspector, which then has the keys for itself, and leaves the menu before the ship', () => {
  const { ui } = game.stores
  key('keydown', 'KeyT')
  key('keydown', 'KeyI')
  expect(ui.getState().inspectorOpen).toBe(true)
  key('keydown', 'Escape')
  expect(piloted()).toBeDefined()
  ui.setState({ inspectorOpen: false, menuOpen: true })
  key('keydown', 'Escape')
  expect(ui.getState().menuOpen).toBe(false)
  expect(piloted()).toBeDefined()
  key('keydown', 'Escape')
  expect(piloted()).toBeUndefined()
})

it('hears nothing after it is closed', () => {
  helm.close()
  key('keydown', 'KeyT')
  expect(piloted()).toBeUndefined()
})
