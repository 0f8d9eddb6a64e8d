import { createRequire } from 'node:module'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { detectCi } from './detect-ci.ts'

const require = createRequire(import.meta.url)
const real = process.env

interface CiInfo {
  readonly isCI: boolean
  readonly id: string | null
  readonly name: string | null
}

/** ci-info itself, loaded anew over these variables. */
function askCiInfo(variables: Record<string, string>): CiInfo {
  delete require.cache[require.resolve('ci-info')]
  process.env = variables
  try {
    return require('ci-info')
  } finally {
    process.env = real
  }
}

const ours = (variables: Record<string, string>): CiInfo => {
  const ci = detectCi(variables)
  const vendor = ci.isCi ? ci.vendor : undefined
  return { isCI: ci.isCi, id: vendor?.id ?? null, name: vendor?.name ?? null }
}

const same = (variables: Record<string, string>): void => {
  const { isCI, id, name } = askCiInfo(variables)
  expect(ours(variables), JSON.stringify(variables)).toEqual({ isCI, id, name })
}

/** Variables that give each vendor away, made from the table's signs. */
const vendors: readonly { constant: string; env: unknown }[] = require('ci-info/vendors.json')

function variablesFor(env: unknown): Record<string, string> {
  if (typeof env === 'string') return { [env]: 'true' }
  if (Array.isArray(env)) return Object.assign({}, ...env.map(variablesFor))
  const sign = env as { env?: string; includes?: string; any?: string[] }
  if (sign.env !== undefined) return { [sign.env]: `before ${sign.includes} after` }
  if (sign.any !== undefined) return { [sign.any.at(-1) ?? '']: 'true' }
  return env as Record<string, string>
}

beforeEach(() => expect(process.env).toBe(real))
afterEach(() => {
  delete require.cache[require.resolve('ci-info')]
})

it.each(vendors)('finds $constant as ci-info does, and not with CI=false', ({ env }) => {
  const variables = variablesFor(env)
  same(variables)
  expect(detectCi(variables)).toMatchObject({ isCi: true, vendor: {} })
  same({ ...variables, CI: 'false' })
  expect(detectCi({ ...variables, CI: 'false' })).toEqual({ isCi: false })
})

it('takes the same one where a CI runs inside another', () => {
  for (const { env } of vendors) same({ GITHUB_ACTIONS: 'true', CI: 'true', ...variablesFor(env) })
})

it.each([
  {},
  { PATH: '/bin' },
  { CI: '' },
  { CI: 'true' },
  { CI: '1' },
  { BUILD_NUMBER: '7' },
  { CONTINUOUS_INTEGRATION: 'true' },
  { RUN_ID: 'x' },
  { NODE: '/usr/bin/node' },
])('agrees with ci-info on %j', (variables) => same(variables as Record<string, string>))
