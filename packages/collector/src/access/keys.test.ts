import { expect, it } from 'vitest'
import { createKeys, requestKey } from './keys.ts'
import { createSignedTokens, signToken } from './signed-tokens.ts'

const secret = 's'.repeat(32)
const noTokens = createSignedTokens([], Date.now)

async function authorised(keys: ReturnType<typeof createKeys>, shown: readonly (string | undefined)[]) {
  const authorisations = await Promise.all(shown.map((key) => keys.authorise(key)))
  return authorisations.map(({ ok }) => ok)
}

it('finds a key in the header or the URL', () => {
  expect(requestKey({ authorization: 'Bearer abc' }, '/telemetry')).toBe('abc')
  expect(requestKey({}, '/telemetry?key=a%20b')).toBe('a b')
  expect(requestKey({}, '/telemetry')).toBeUndefined()
})

it('compares whole keys', async () => {
  const keys = createKeys(['one', 'two'], noTokens)
  expect(await authorised(keys, ['two', 'tw', '', undefined])).toEqual([true, false, false, false])
  keys.replace([])
  expect(await authorised(keys, [undefined])).toEqual([true])
})

it('takes a signed token that may write beside the keys, and none that may only read', async () => {
  const keys = createKeys(['one'], createSignedTokens([secret], Date.now))
  const tokenFor = (scope: 'write' | 'read' | 'admin') => signToken({ secret, scope, lifeSeconds: 60 })
  const shown = ['one', await tokenFor('write'), await tokenFor('read'), await tokenFor('admin'), secret]
  expect(await authorised(keys, shown)).toEqual([true, true, false, false, false])
  keys.replace([])
  expect(keys.required).toBe(true)
  expect(await authorised(keys, ['one', undefined])).toEqual([false, false])
})

it('tells when what a sender was authorised by is no longer valid', async () => {
  let nowMs = Date.now()
  const keys = createKeys(
    ['one'],
    createSignedTokens([secret], () => nowMs),
  )
  const grantOf = async (key: string) => {
    const authorisation = await keys.authorise(key)
    if (!authorisation.ok) throw new Error(authorisation.message)
    return authorisation.grant
  }
  const key = await grantOf('one')
  const token = await grantOf(await signToken({ secret, scope: 'write', lifeSeconds: 60 }))
  expect([key.status(), token.status()]).toEqual(['valid', 'valid'])
  keys.replace(['two'])
  nowMs += 121_000
  expect([key.status(), token.status()]).toEqual(['removed', 'expired'])
})
