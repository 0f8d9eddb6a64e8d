/** Who is let in: credentials and TLS, of NATS and of ClickHouse, and what somebody reads who is not. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { start } from '../../packages/cli/test/run-command.ts'
import { openClickHouse } from '../../packages/collector/src/clickhouse/open-clickhouse.ts'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import { run } from '../../tools/node-tool.ts'
import { makeDatabase } from './chdb-process.ts'
import { aClickHouse } from './clickhouse-process.ts'
import { aNatsCluster } from './nats-servers.ts'

const logger = { warn() {}, info() {} }

async function aFile(text: string): Promise<string> {
  const file = join(await aFolder(), 'credentials')
  await writeFile(file, text)
  return file
}

it.each([
  ['a user and a password', 'authorization { user: ann, password: s3cret }', 'ann:s3cret\n', 'ann:guessed-1\n'],
  ['a token', 'authorization { token: s3cret }', 's3cret\n', 'guessed-1\n'],
])('is let in by NATS with %s, and says what is wrong with others', async (_, config, right, wrong) => {
  const { urls } = await aNatsCluster(1, { config })
  const connected = async (credentials?: string) =>
    connectJetStream({ ...{ servers: urls, maxLogBytes: 1e8, logger }, ...(credentials && { credentials }) })
  const jetStream = await connected(await aFile(right))
  onTestFinished(() => jetStream.close())
  expect((await jetStream.manager.streams.info(streamName)).config.name).toBe(streamName)
  const file = await aFile(wrong)
  const refused = await connected(file).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'log_unavailable', message: expect.stringContaining(`those in ${file}`) })
  expect(String(refused)).not.toContain('guessed')
  await expect(connected()).rejects.toMatchObject({
    code: 'log_unavailable',
    message: expect.stringContaining('it wants credentials'),
  })
})

it('says what is wrong with the credentials of ClickHouse, or with its database', async () => {
  const { url } = await aClickHouse('s3cret')
  const store = url.replace('http', 'clickhouse')
  const guessed = await openClickHouse({ url: store, credentials: await aFile('default:guessed-1') }).catch(String)
  expect(guessed).toMatch(/AUTHENTICATION_FAILED.*the user and the password of the store's credentials/)
  expect(guessed).not.toContain('guessed')
  const credentials = await aFile('default:s3cret')
  await expect(openClickHouse({ url: `${store}/nowhere`, credentials })).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/UNKNOWN_DATABASE.*CREATE DATABASE/),
  })
})

interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Of this machine, which nobody vouches for. */
async function aCertificate(): Promise<Certificate> {
  const folder = await aFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, '-keyout', key, '-out', cert]
  expect(await run('openssl', args)).toMatchObject({ exitCode: 0 })
  return { key, cert }
}

/** In front of a server that has no TLS of its own. @returns its port */
async function aTlsFront(port: number, certificate: Certificate): Promise<number> {
  const [key, cert] = await Promise.all([readFile(certificate.key), readFile(certificate.cert)])
  const server = createServer({ key, cert }, (inner) => {
    const outer = connect(port, '127.0.0.1')
    inner.on('error', () => outer.destroy()).on('close', () => outer.destroy())
    outer.on('error', () => inner.destroy()).on('close', () => inner.destroy())
    inner.pipe(outer).pipe(inner)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('talks TLS to NATS and to ClickHouse, and to none whose certificate nobody vouches for', async () => {
  const certificate = await aCertificate()
  const { urls } = await aNatsCluster(1, {
    config: `tls { cert_file: ${JSON.stringify(certificate.cert)}, key_file: ${JSON.stringify(certificate.key)} }`,
  })
  const store = new URL((await makeDatabase((await aClickHouse()).url, 'game')).replace('clickhouse', 'http'))
  const front = await aTlsFront(Number(store.port), certificate)
  const serve = async (env?: NodeJS.ProcessEnv) => {
    const log = urls.join(',').replaceAll('nats:', 'tls:')
    const args = ['--log', log, '--store', `clickhouses://127.0.0.1:${front}/game`, '--data', await aFolder()]
    return start(['serve', '--port', '0', '--max-log', '100MB', ...args], env)
  }
  const known = await serve({ NODE_EXTRA_CA_CERTS: certificate.cert })
  const stranger = await serve()
  await known.shows('"url"')
  expect(await stranger.exitCode).toBe(1)
  expect(stranger.stderr()).toMatch(/self-signed certificate.*\[log_unavailable\]/)
})
