/** Loads packages that only some collectors need: they are optional peers, which whoever wants them installs. */
import { CollectorError } from './errors.ts'

/**
 * @param packages what has to be installed
 * @param purpose what wants them, such as `--log nats://…`
 * @throws {CollectorError} `missing_package`
 */
export async function loadPeers<Modules>(
  load: () => Promise<Modules>,
  packages: readonly string[],
  purpose: string,
): Promise<Modules> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    const message = `Expected ${packages.join(', ')} for ${purpose}: npm install ${packages.join(' ')}`
    throw new CollectorError('missing_package', message, { cause })
  }
}
