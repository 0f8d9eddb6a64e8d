/** Puts TLS before a server that has none, by a certificate that nobody has signed. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect, isIP } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'
import { freshFolder } from './run-command.ts'

export interface TlsProxy {
  readonly url: string
  /** Path of its certificate, for whoever is to trust it. */
  readonly certificate: string
  close(): void
}

/**
 * @param host an address or a name of this machine; the certificate is for it alone
 * @param port of the server behind, on the loopback
 * @returns undefined where there is no openssl to make a certificate with
 */
export async function openTlsProxy(host: string, port: number): Promise<TlsProxy | undefined> {
  const folder = freshFolder()
  const names = ['-subj', '/CN=downlink', '-addext', `subjectAltName=${isIP(host) ? 'IP' : 'DNS'}:${host}`]
  const files = ['-keyout', 'key.pem', '-out', 'certificate.pem']
  const made = promisify(execFile)(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files],
    { cwd: folder },
  )
  if (!(await made.catch(() => undefined))) return undefined
  const certificate = join(folder, 'certificate.pem')
  const [key, cert] = await Promise.all([readFile(join(folder, 'key.pem')), readFile(certificate)])
  const server = createServer({ key, cert }, (near) => {
    const far = connect(port, '127.0.0.1')
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      socket.on('error', () => {})
      socket.on('close', () => [near, far].map((end) => end.destroy()))
    }
  })
  server.listen(0, host)
  await once(server, 'listening')
  const url = `https://${host}:${(server.address() as AddressInfo).port}`
  return { url, certificate, close: () => void server.close() }
}
