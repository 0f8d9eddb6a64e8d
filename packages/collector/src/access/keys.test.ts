import { expect, it } from 'vitest'
import { createKeys, requestKey } from './keys.ts'
import { createSignedTokens, signToken } from './signed-tokens.ts'

const secret = 's'.repeat(32)
const noTokens = createSignedTokens([], Date.now)

async function admissions(keys: ReturnType<typeof createKeys>, shown: readonly (string | undefined)[]) {
  const admitted = await Promise.all(shown.map((key) => keys.admit(key)))
  return admitted.map(({ kind }) => kind)
}

it('finds a key in the header or the URL', () => {
  expect(requestKey({ authorization: 'Bearer abc' }, '/telemetry')).toBe('abc')
  expect(requestKey({}, '/telemetry?key=a%20b')).toBe('a b')
  expect(requestKey({}, '/telemetry')).toBeUndefined()
})

it('compares whole keys', async () => {
  const keys = createKeys(['one', 'two'], noTokens)
  expect(await admissions(keys, ['two', 'tw', '', undefined])).toEqual(['admitted', 'refused', 'refused', 'refused'])
  keys.replace([])
  expect(await admissions(keys, [undefined])).toEqual(['admitted'])
})

it('takes a signed token that may write beside the keys, and none that may only read', async () => {
  const keys = createKeys(['one'], createSignedTokens([secret], Date.now))
  const tokenFor = (scope: 'write' | 'read' | 'admin') => signToken({ secret, scope, lifeSeconds: 60 })
  const shown = ['one', await tokenFor('write'), await tokenFor('read'), await tokenFor('admin'), secret]
  expect(await admissions(keys, shown)).toEqual(['admitted', 'admitted', 'refused', 'refused', 'refused'])
  keys.replace([])
  expect(keys.required).toBe(true)
  expect(await admissions(keys, ['one', undefined])).toEqual(['refused', 'refused'])
})

it('tells when what a sender was let in with no longer holds', async () => {
  let nowMs = Date.now()
  const keys = createKeys(
    ['one'],
    createSignedTokens([secret], () => nowMs),
  )
  const passOf = async (key: string) => {
    const admission = await keys.admit(key)
    if (admission.kind === 'refused') throw new Error(admission.message)
    return admission.pass
  }
  const key = await passOf('one')
  const token = await passOf(await signToken({ secret, scope: 'write', lifeSeconds: 60 }))
  expect([key.status(), token.status()]).toEqual(['holds', 'holds'])
  keys.replace(['two'])
  nowMs += 121_000
  expect([key.status(), token.status()]).toEqual(['removed', 'ended'])
})
