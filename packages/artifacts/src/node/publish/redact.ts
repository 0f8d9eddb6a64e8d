/** Masks secrets in reports, notes and logs: more people read those than the variables that hold them. */
import type { Variables } from './environment.ts'

export type Redact = (text: string) => string

const mask = '***'

/** Variables whose names say that their value is nobody else's. */
const secretName =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|COOKIE|SIGNATURE|WEBHOOK|DSN|CONNECTION_STRING|(^|_)(AUTH|AUTHORIZATION|PAT|PWD)$|KEY$/i

/** Ends like a secret, and is a folder, or a name that everybody may read: Buildkite's step, a cache, a project. */
const openName = /^(OLD)?PWD$|(^|_)(STEP|CACHE|PROJECT|PLAN|PUBLIC)_?KEY$/i

/** Shorter values are words and numbers that stand everywhere. */
const minSecretLength = 6

/** Secrets that are in no variable: in an address, behind a flag, in a header. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/[^\s/:@]*:)[^\s/@]+(@)/g, `$1${mask}$2`],
  [/([?&](?:sig|signature|token|key|secret|password|x-amz-[a-z-]+)=)[^\s&#'"]+/gi, `$1${mask}`],
  [/(--?[\w-]*(?:token|secret|password|passwd|api-?key|access-?key)(?:=|\s+))\S+/gi, `$1${mask}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${mask}`],
]

const secretFlag = /^--?[\w-]*(token|secret|password|passwd|api-?key|access-?key)$/i

/** @param others secrets that are in no variable */
export function createRedact(variables: Variables, others: readonly string[] = []): Redact {
  const secrets = Object.entries(variables)
    .filter(([name]) => secretName.test(name) && !openName.test(name))
    // A key of several lines may be printed line by line.
    .flatMap(([, value = '']) => [value, ...value.split(/\r?\n/)].map((each) => each.trim()))
    .flatMap((value) => [value, inAddress(value)])
    .filter((value) => value.length >= minSecretLength)
  // The longest first, or a secret that begins with another one would be masked in part.
  const values = [...new Set([...secrets, ...others])].sort((a, b) => b.length - a.length)
  return (text) => {
    let masked = text
    for (const value of [...announced(text), ...values]) masked = masked.replaceAll(value, mask)
    for (const [pattern, replacement] of patterns) masked = masked.replace(pattern, replacement)
    return masked
  }
}

/** The arguments after flags such as `--token`: secrets wherever they came from, and whoever prints them. */
export const secretArguments = (argv: readonly string[]): string[] =>
  argv.filter((arg, at) => arg !== '' && secretFlag.test(argv[at - 1] ?? ''))

export function redactArgv(argv: readonly string[], redact: Redact): string[] {
  return argv.map((arg, at) => (secretFlag.test(argv[at - 1] ?? '') ? mask : redact(arg)))
}

/** What a program of GitHub's tells the runner to mask: the announcement has the secret in it. */
const announced = (text: string): string[] =>
  [...text.matchAll(/::add-mask::(.+)/g)].map(([, value = '']) => value.trim()).filter((value) => value !== '')

/** As it stands in a query. What has half a character in it can't stand there. */
function inAddress(value: string): string {
  try {
    return encodeURIComponent(value)
  } catch {
    return value
  }
}
