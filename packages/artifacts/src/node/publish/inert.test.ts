import { expect, it } from 'vitest'
import { inert } from './inert.ts'

it.each([
  ['x ##vso[task.complete result=Failed]', 'x # #vso[task.complete result=Failed]'],
  ["##teamcity[publishArtifacts 'a']##TeamCity[x]", "# #teamcity[publishArtifacts 'a']# #TeamCity[x]"],
  ['##[error]no', '# #[error]no'],
  ['a\n  ::add-mask::x\n::set-output name=a::b', 'a\n  : :add-mask::x\n: :set-output name=a::b'],
])('%j is told as %j', (text, told) => {
  expect(inert(text)).toBe(told)
  expect(inert(told)).toBe(told)
})

it.each(['## heading', 'std::vector', '::1 is an address', '##vso', ''])('%j stays', (text) =>
  expect(inert(text)).toBe(text),
)
