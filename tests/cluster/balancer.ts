/** Puts a real HAProxy with TLS before collectors, by a certificate that nobody has signed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../tools/node-tool.ts'

export interface Balancer {
  /** @example 'https://127.0.0.1:8443' */
  readonly url: string
  /** Path of its certificate, for whoever is to trust it. */
  readonly certificate: string
  /** Idempotent. */
  kill(): Promise<void>
}

export interface BalancerOptions {
  /** For what it needs. */
  readonly folder: string
  readonly port: number
  /** Of the collectors. */
  readonly targets: readonly number[]
}

export async function startBalancer({ folder, port, targets }: BalancerOptions): Promise<Balancer> {
  const certificate = join(folder, 'certificate.pem')
  const names = ['-subj', '/CN=downlink', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', 'key.pem', '-out', certificate]
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files]
  const { exitCode, output } = await run('openssl', made, { cwd: folder })
  if (exitCode !== 0) throw new Error(`openssl made no certificate: ${output}`)
  const both = join(folder, 'both.pem')
  await writeFile(both, `${await readFile(certificate, 'utf8')}${await readFile(join(folder, 'key.pem'), 'utf8')}`)
  const config = join(folder, 'haproxy.cfg')
  await writeFile(config, configOf(port, both, targets))
  const child = spawn('haproxy', ['-db', '-q', '-f', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: pathWithSystem(),
  })
  const exited = once(child, 'exit')
  return {
    ...{ url: `https://127.0.0.1:${port}`, certificate },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Debian has it where only root looks. */
export const pathWithSystem = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${process.env.PATH}:/usr/sbin` })

/** Collectors take turns, but for those that say that they take nothing now. */
const configOf = (port: number, certificate: string, targets: readonly number[]): string => `global
  maxconn 1000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 130s
  timeout tunnel 1h
  retries 2
  option redispatch
frontend clients
  bind 127.0.0.1:${port} ssl crt ${certificate}
  default_backend collectors
backend collectors
  balance roundrobin
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host 127.0.0.1
  http-check expect status 200
  default-server check inter 500ms fall 2 rise 1
${targets.map((target, at) => `  server c${at} 127.0.0.1:${target}`).join('\n')}
`
