import { expect, it } from 'vitest'
import { createReadAccess } from './read-access.ts'

const cookieFrom = (setCookie: string): string => setCookie.split(';')[0] ?? ''

it('lets everybody in where there is no token', () => {
  const access = createReadAccess(undefined)
  expect(access.allows({})).toBe(true)
})

it('takes the token as a bearer, or the cookie that stands for it', () => {
  const access = createReadAccess('secret')
  const cookie = cookieFrom(access.cookie({ path: '/', secure: false }))
  expect(access.allows({ authorization: 'Bearer secret' })).toBe(true)
  expect(access.allows({ cookie })).toBe(true)
  expect(access.allows({ cookie: `a=b; ${cookie}; c=d` })).toBe(true)
  expect(access.allowsToken('secret')).toBe(true)
})

it.each([
  {},
  { authorization: 'Bearer wrong' },
  { authorization: 'Basic secret' },
  { authorization: 'Bearer ' },
  { cookie: 'downlink_read=' },
  { cookie: 'downlink_read=secret' },
  { cookie: 'xdownlink_read=secret' },
  { cookie: cookieFrom(createReadAccess('other').cookie({ path: '/', secure: false })) },
])('refuses %j', (headers) => {
  expect(createReadAccess('secret').allows(headers)).toBe(false)
})

it('does not let a good cookie make up for a wrong bearer', () => {
  const access = createReadAccess('secret')
  const cookie = cookieFrom(access.cookie({ path: '/', secure: false }))
  expect(access.allows({ authorization: 'Bearer wrong', cookie })).toBe(false)
})

it('sets a cookie that scripts and other sites never see, and that holds no token', () => {
  const access = createReadAccess('secret')
  expect(access.cookie({ path: '/x/', secure: true })).toMatch(
    /^downlink_read=[\w-]{43}; Path=\/x\/; HttpOnly; SameSite=Strict; Secure$/,
  )
  expect(access.cookie({ path: '/', secure: false })).not.toContain('Secure')
})
