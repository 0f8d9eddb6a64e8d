/** Detects the CI by the table of ci-info, read over injected variables: the library itself reads those of the process. */
import vendors from 'ci-info/vendors.json' with { type: 'json' }
import type { Variables } from './environment.ts'

export type Ci =
  | { readonly isCi: false }
  /** A CI that ci-info doesn't know has no `vendor`. */
  | { readonly isCi: true; readonly vendor?: CiVendor }

export interface CiVendor {
  /** ci-info's constant. @example 'GITHUB_ACTIONS' */
  readonly id: string
  /** @example 'GitHub Actions' */
  readonly name: string
}

/** What of the environment gives a vendor away, as ci-info's table has it. */
type Sign =
  | string
  | { readonly env: string; readonly includes: string }
  | { readonly any: readonly string[] }
  | Readonly<Record<string, string>>

interface Vendor {
  readonly name: string
  readonly constant: string
  readonly env: Sign | readonly Sign[]
}

/** Set by CIs that have no row in the table, and by some that do. */
const commonVariables = [
  'BUILD_ID',
  'BUILD_NUMBER',
  'CI',
  'CI_APP_ID',
  'CI_BUILD_ID',
  'CI_BUILD_NUMBER',
  'CI_NAME',
  'CONTINUOUS_INTEGRATION',
  'RUN_ID',
]

/** `CI=false` is not CI, whatever else is set: people say so on purpose. */
export function detectCi(variables: Variables): Ci {
  if (variables.CI === 'false') return { isCi: false }
  // Where one CI runs inside another, the one further down in the table is meant, as ci-info has it.
  const vendor = (vendors as readonly Vendor[]).findLast(({ env }) =>
    (isList(env) ? env : [env]).every((sign) => isThere(sign, variables)),
  )
  if (vendor !== undefined) return { isCi: true, vendor: { id: vendor.constant, name: vendor.name } }
  return { isCi: commonVariables.some((name) => isSet(variables[name])) }
}

function isThere(sign: Sign, variables: Variables): boolean {
  if (typeof sign === 'string') return isSet(variables[sign])
  const { env, includes, any } = sign as { env?: string; includes?: string; any?: readonly string[] }
  if (env !== undefined && includes !== undefined) return variables[env]?.includes(includes) ?? false
  if (any !== undefined) return any.some((name) => isSet(variables[name]))
  return Object.entries(sign).every(([name, value]) => variables[name] === value)
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

const isList = (env: Vendor['env']): env is readonly Sign[] => Array.isArray(env)
