import { expect, it } from 'vitest'
import { browserStacks } from './browser-stacks.ts'
import { readStack, shortFile, stackIn } from './stack.ts'

const chrome = `TypeError: Cannot read properties of undefined (reading 'hull')
    at Ship.hit (https://game.example/assets/index-abc.js?v=1:120:13)
    at async Promise.all (index 0)
    at https://game.example/assets/index-abc.js:9:1`

const firefox = `hit@https://game.example/assets/index-abc.js:120:13
@https://game.example/assets/index-abc.js:9:1
async*tick@https://game.example/loop.js:3:4`

it('reads what Chrome writes', () => {
  expect(readStack(chrome)).toEqual({
    message: "TypeError: Cannot read properties of undefined (reading 'hull')",
    frames: [
      { name: 'Ship.hit', file: 'https://game.example/assets/index-abc.js?v=1', line: 120, column: 13 },
      { name: '', file: 'https://game.example/assets/index-abc.js', line: 9, column: 1 },
    ],
  })
})

it('reads what Firefox and Safari write', () => {
  const stack = readStack(firefox)
  expect(stack?.message).toBe('')
  expect(stack?.frames.map(({ name, line }) => [name, line])).toEqual([
    ['hit', 120],
    ['', 9],
    ['async*tick', 3],
  ])
})

it.each([
  ['chromium', 'method', ['damage', 'Ship.hit', 'Ship.make', '', 'attempt', '']],
  ['chromium', 'getter', ['get hull', '', 'attempt', '']],
  ['chromium', 'construct', ['new Broken', '', 'attempt', '']],
  ['chromium', 'native', ['', '', 'attempt', '']],
  ['chromium', 'property', ['Object.onHit [as run]', '', 'attempt', '']],
  ['chromium', 'computed', ['a b', '', 'attempt', '']],
  ['chromium', 'eval', ['eval', '', 'attempt', '']],
  ['chromium', 'async', ['inner', 'async load']],
  ['firefox', 'method', ['damage', 'hit', 'make', '', 'attempt', '']],
  ['firefox', 'getter', ['get hull', '', 'attempt', '']],
  ['firefox', 'construct', ['Broken', '', 'attempt', '']],
  ['firefox', 'native', ['', '', 'attempt', '']],
  ['firefox', 'property', ['onHit', '', 'attempt', '']],
  ['firefox', 'computed', ['a b', '', 'attempt', '']],
  ['firefox', 'eval', ['', '', 'attempt', '']],
  ['firefox', 'async', ['inner']],
  ['webkit', 'method', ['damage', 'attempt', 'module code']],
  ['webkit', 'getter', ['hull', '', 'attempt', 'module code']],
  ['webkit', 'construct', ['Broken', '', 'attempt', 'module code']],
  ['webkit', 'native', ['', 'attempt', 'module code']],
  ['webkit', 'property', ['onHit', '', 'attempt', 'module code']],
  ['webkit', 'computed', ['', '', 'attempt', 'module code']],
  ['webkit', 'eval', ['', 'attempt', 'module code']],
  ['webkit', 'async', ['inner']],
] as const)('reads a stack of %s: %s', (browser, kind, names) => {
  const stack = readStack(browserStacks[browser][kind] ?? '')
  expect(stack?.frames.map(({ name }) => name)).toEqual(names)
  for (const { file, line, column } of stack?.frames ?? []) {
    expect(file).toContain('http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js')
    expect([line > 0, column > 0]).toEqual([true, true])
  }
})

it.each(['', 'no stack', 'at home', 'me@example.com', 'https://game.example:8080/', '12:30:45'])(
  'takes %j for none',
  (text) => {
    expect(readStack(text)).toBeUndefined()
  },
)

it('takes its time over no text from outside', () => {
  expect(readStack(`at ${'a ('.repeat(300_000)}`)).toBeUndefined()
  expect(readStack(`${'@'.repeat(300_000)}:1`)).toBeUndefined()
})

it('finds one wherever it stands in a payload', () => {
  expect(stackIn({ message: 'no', cause: { stack: chrome } })?.frames).toHaveLength(2)
  expect(stackIn({ a: [1, null, 'x'] })).toBeUndefined()
  expect(stackIn(null)).toBeUndefined()
})

it('shortens a file to what people know it by', () => {
  expect(shortFile('https://game.example/assets/index-abc.js?v=1')).toBe('assets/index-abc.js')
  expect(shortFile('app.js')).toBe('app.js')
})
