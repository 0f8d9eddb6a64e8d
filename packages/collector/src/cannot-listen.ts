/** Why an address can't be listened on, in words. */
import { CollectorError } from './errors.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EACCES: 'it is not permitted',
  BLOCKED_PORT: 'no browser connects to this port',
}

/** The error keeps the system's as its `cause`, whose `code` tells the cases apart. */
export function cannotListen(host: string, port: number, cause: unknown): CollectorError {
  const { code = '', message = String(cause) } = cause as Partial<NodeJS.ErrnoException>
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new CollectorError('cannot_listen', `Can't listen on ${authority}: ${reasons[code] ?? message}`, { cause })
}
