import type { Program } from 'estree'
import { parseAst } from 'vite'
import { expect, it } from 'vitest'
import { readModuleNames } from './module-names.ts'
import { stripCalls } from './strip-calls.ts'

/** Of a module to which `telemetry` comes from another one, and which has functions of the client. */
function stripped(code: string): string {
  const head = `import { auto, createTelemetry, startTelemetry } from '@downlink/client/auto'\nimport { telemetry } from './telemetry'\n`
  const module = head + code
  const program = parseAst(module) as unknown as Program
  const text = stripCalls(module, program, readModuleNames(program), new Set(['telemetry']))
  return text?.toString().slice(head.length) ?? code
}

it.each([
  ["telemetry.push('a', { x: ship.x, all: [...list, 1], run: () => go() })", 'void 0'],
  [`telemetry.push('a', { text: \`\${a} of \${b}\` })`, 'void 0'],
  ['telemetry.start()\ntelemetry.stop()', 'void 0\nvoid 0'],
  ["telemetry?.push('a')", 'void 0'],
  ["justDied && telemetry.push('died')", 'justDied && void 0'],
  ["on('hit', () => telemetry.push('hit'))", "on('hit', () => void 0)"],
  ['if (a) telemetry.setContext({ a })\nelse b()', 'if (a) void 0\nelse b()'],
  ['const id = x\ntelemetry.identify(id)', 'const id = x\nvoid 0'],
  ["telemetry.push('a', { é: '😀' }); done()", 'void 0; done()'],
])('takes %s out', (code, rest) => {
  expect(stripped(code)).toBe(rest)
})

it.each([
  ["telemetry.push('a', { n: count(), m: other.at(x) })", 'void (count(), other.at(x))'],
  ["telemetry.push('a', { n: i++, [key()]: (last = 1) })", 'void (i++, key(), last = 1)'],
  ["telemetry.push('a', { made: new Ship(), gone: delete o.x, tag: t`x` })", 'void (new Ship(), delete o.x, t`x`)'],
  ["telemetry.push('a', ok ? f() : 0, on && g(), o?.h(), -k())", 'void (ok ? f() : 0, on && g(), o?.h(), k())'],
  ["telemetry.push('a', { n: f(() => telemetry.push('b')) })", 'void (f(() => void 0))'],
  ['async () => { telemetry.push(await load()) }', 'async () => { void (await load()) }'],
])('leaves what the arguments of %s do', (code, rest) => {
  expect(stripped(code)).toBe(rest)
})

it.each([
  [
    'const own = createTelemetry({ build, labels: { player: id() } })\nown.start()',
    'const own = /* @__PURE__ */ createTelemetry(id())\nvoid 0',
  ],
  [
    'function play() { const own = createTelemetry(); own.start() }',
    'function play() { const own = /* @__PURE__ */ createTelemetry(); void 0 }',
  ],
  [
    'const own = hot?.kept ?? createTelemetry({ enabled: true, })\nown.start()',
    'const own = hot?.kept ?? /* @__PURE__ */ createTelemetry()\nvoid 0',
  ],
  ['const own = startTelemetry({ build })\nown.push(1)', 'const own = /* @__PURE__ */ startTelemetry()\nvoid 0'],
  ['auto(telemetry, { parts: [auto()] })', '/* @__PURE__ */ auto()'],
])('marks calls of the client as pure: %s', (code, rest) => {
  expect(stripped(code)).toBe(rest)
})

it.each([
  'function f(telemetry) { telemetry.push(1) }',
  '{ const telemetry = []; telemetry.push(1) }',
  'for (const telemetry of all) telemetry.push(1)',
  'try { a() } catch (telemetry) { telemetry.push(1) }',
  'const auto = 1; { let createTelemetry = f; createTelemetry() }',
  'game.telemetry.push(1); this.telemetry.push(1); other.push(1); telemetry[push](1)',
  'let own = createdElsewhere(); own.push(1)',
  'telemetry.recent(5); telemetry.flush()',
])('leaves %s alone', (code) => {
  expect(stripped(code)).toBe(code)
})
