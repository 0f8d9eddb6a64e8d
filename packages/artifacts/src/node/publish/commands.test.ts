import { expect, it } from 'vitest'
import { readCommands } from './commands.ts'

it('reads argv arrays', () => {
  expect(readCommands('[["aws","s3","cp","{path}","s3://b/"],["true"]]')).toEqual({
    ok: true,
    commands: [['aws', 's3', 'cp', '{path}', 's3://b/'], ['true']],
  })
})

it.each([undefined, '', '  \n', '[]'])('takes %j for none', (text) => {
  expect(readCommands(text)).toEqual({ ok: true, commands: [] })
})

it.each([
  ['cp {path} /tmp', 'not JSON'],
  ['null', 'got null'],
  ['"true"', 'got string'],
  ['{"a":1}', 'got object'],
  ['["cp {path}"]', 'command 1 to be an array of arguments, got text: no shell'],
  ['[["true"], 7]', 'command 2 to be an array of arguments, got number'],
  ['[["true"], [[]]]', 'command 2 to have texts only'],
  ['[[]]', 'command 1 to name a program'],
  ['[[""]]', 'command 1 to name a program'],
  ['[["a\\u0000b"]]', 'command 1 to be without NUL'],
])('refuses %s', (text, message) => {
  expect(readCommands(text)).toEqual({ ok: false, message: expect.stringContaining(message) })
})
