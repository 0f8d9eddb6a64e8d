import { expect, it } from 'vitest'
import { enclosingFunction } from './enclosing-function.ts'

/** @param source `@` stands for the place */
function nameIn(source: string, file = 'src/ship.ts'): string | undefined {
  const before = source.slice(0, source.indexOf('@')).split('\n')
  return enclosingFunction(source.replace('@', ''), file, before.length, before.at(-1)?.length ?? 0)
}

it.each([
  ['export function hit(cause: Cause): void {\n  throw @new Error(cause)\n}', 'hit'],
  ['class Ship<T> {\n  private async hit(): Promise<void> { @fail() } }', 'Ship.hit'],
  ['class Ship { static make() { return @new Ship() } }', 'Ship.make'],
  ['class Ship { get hull() { return @fail() } }', 'Ship.hull'],
  ['class Ship { constructor(readonly x: number) { @fail() } }', 'new Ship'],
  ['class Ship { #hit() { @fail() } }', 'Ship.#hit'],
  ['class Ship { private onHit: () => void = () => @fail() }', 'Ship.onHit'],
  ['const Ship = class { hit() { @fail() } }', 'hit'],
  ['const damage = (n: number): number => { return @fail(n) }', 'damage'],
  ['const a = n => 1, damage = async n => @fail(n)', 'damage'],
  ['let damage: (n: number) => void = function () { @fail() }', 'damage'],
  ['let other = function damage() { @fail() }', 'damage'],
  ['const handlers = { onHit() { @fail() } }', 'onHit'],
  ['const handlers = { onHit: () => @fail() }', 'onHit'],
  ['Ship.prototype.hit = function () { @fail() }', 'hit'],
  ['hit = () => @fail()', 'hit'],
  ['namespace Ships { export function hit() { @fail() } }', 'hit'],
  ['ships.forEach((ship) => { @fail(ship) })', ''],
  ['export default function () { @fail() }', ''],
  ['const [a] = b, { c } = d\n@fail()', ''],
  ["// function a() {\nconst text = 'function b() {'\n@fail()", ''],
  ['function hit() {}\n\n@fail()', ''],
  ['function hit() { const a = <number>b; @fail() }', 'hit'],
  ['function half( { @fail()', 'half'],
  ['', ''],
])('%j', (source, name) => {
  expect(nameIn(source)).toBe(name)
})

it('reads elements where the language has them', () => {
  const source = 'const Hud = () => {\n  return <div onClick={() => 1}>{@fail()}</div>\n}'
  for (const file of ['hud.jsx', 'hud.tsx', 'hud.js', 'hud.mjs']) expect(nameIn(source, file)).toBe('Hud')
})

it.each(['src/Ship.vue', 'src/ship.wasm', 'src/ship', ''])('can not read %j', (file) => {
  expect(nameIn('function hit() { @fail() }', file)).toBeUndefined()
})

it('holds nobody up over a source that is very long, or a place that is not there', () => {
  expect(enclosingFunction('x'.repeat(1_000_001), 'engine.js', 1, 1)).toBeUndefined()
  expect(enclosingFunction('function hit() {}', 'a.js', 99, 99)).toBe('')
})
