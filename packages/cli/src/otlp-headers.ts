/** Reads the headers for a backend of OpenTelemetry: from flags and a file as they stand, or as the environment spells them. */
import { CliError } from './errors.ts'
import { readSecrets } from './secrets.ts'

const variable = 'DOWNLINK_OTLP_HEADERS'

/**
 * The environment has them as OTEL_EXPORTER_OTLP_HEADERS does: `api-key=abc,other=x%20y`, percent-encoded, with commas between.
 *
 * @param flags `name=value` each, as a line of the file
 * @throws {CliError} `bad_secret_file`, `bad_usage`
 */
export async function readOtlpHeaders(
  flags: readonly string[] = [],
  file?: string,
): Promise<Readonly<Record<string, string>>> {
  const isInherited = flags.length === 0 && file === undefined
  const texts = await readSecrets({ flags, file, variable })
  const pairs = isInherited ? texts.flatMap((text) => text.split(',')).filter((pair) => pair.trim() !== '') : texts
  return Object.fromEntries(pairs.map((pair) => readPair(pair, isInherited ? decodeURIComponent : asItIs)))
}

const asItIs = (value: string): string => value

/** No value is repeated in a message. */
function readPair(pair: string, decode: (value: string) => string): readonly [string, string] {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
  if (name === undefined || value === undefined) {
    throw new CliError('bad_usage', 'Expected a header for OpenTelemetry as name=value', 'authorization=Bearer …')
  }
  try {
    return [name, decode(value)]
  } catch (cause) {
    const expected = `Expected the value of ${name} in ${variable} to be percent-encoded`
    throw new CliError('bad_usage', expected, 'A percent sign is written %25, a comma %2C.', { cause })
  }
}
