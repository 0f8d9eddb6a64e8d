import { expect, it } from 'vitest'
import { changesetFaults } from '../tools/checks/changesets.ts'

const names = new Set(['@downlink/client', 'create-downlink'])

it.each([
  ['---\n"@downlink/client": minor\ncreate-downlink: patch\n---\n\nMore.\n', []],
  ['Client: more', ['Expected packages and bumps between two lines of ---']],
  [
    '---\n"@downlink/clint": minor\n---\n\nMore.\n',
    ['Expected a public package and its bump, got "@downlink/clint": minor'],
  ],
  ['---\n"@downlink/client": tiny\n---\n\nMore.\n', ['Expected major, minor or patch, got tiny']],
  ['---\n"@downlink/client": minor\n---\n\n', ['Expected a sentence for whoever uses the package']],
])('judges %j', (text, faults) => {
  expect(changesetFaults(text, names)).toEqual(faults)
})
