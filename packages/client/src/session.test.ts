import { expect, it } from 'vitest'
import { createSession } from './session.ts'

const environment = {
  randomBytes: (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count)),
  wallMs: () => 1_767_225_600_123,
}

it('is a UUIDv7 that carries the time of its making', () => {
  const { id } = createSession(environment)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(environment.wallMs())
})

it('keeps its form whatever the bytes and the clock say', () => {
  for (const byte of [0, 15, 255]) {
    for (const wallMs of [0, 1, 2 ** 48 - 1]) {
      const { id, proof } = createSession({
        randomBytes: (count) => new Uint8Array(count).fill(byte),
        wallMs: () => wallMs,
      })
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(proof).toMatch(/^[0-9a-f]{32}$/)
    }
  }
})

it('differs from the next, and so does its proof', () => {
  const sessions = Array.from({ length: 100 }, () => createSession(environment))
  expect(new Set(sessions.flatMap(({ id, proof }) => [id, proof])).size).toBe(200)
})

it('shares no digits with its proof, for the id is on everybody’s screen', () => {
  let byte = 0
  const { id, proof } = createSession({
    ...environment,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => byte++),
  })
  expect(proof).not.toContain(id.slice(-12))
})

it('asks for neither chance nor time before somebody asks for it', () => {
  const refuse = (): never => {
    throw new Error('Disallowed operation called within global scope')
  }
  expect(() => createSession({ randomBytes: refuse, wallMs: refuse })).not.toThrow()
})

it('stays what it is until it is renewed', () => {
  const session = createSession(environment)
  const { id, proof } = session
  expect([session.id, session.proof]).toEqual([id, proof])
  session.renew()
  expect([session.id === id, session.proof === proof]).toEqual([false, false])
})

it('may be named by a headless run, and still has a proof', () => {
  const { id, proof } = createSession(environment, 'cascade-42')
  expect(id).toBe('cascade-42')
  expect(proof).toMatch(/^[0-9a-f]{32}$/)
})
