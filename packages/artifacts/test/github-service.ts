/** Stands in for GitHub's artifact service and its blob store, on loopback: as much of both as @actions/artifact talks to. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ServiceFault =
  | 'none'
  | 'error'
  | 'taken'
  | 'hangs'
  | 'hangs at blobs'
  | 'refuses at blobs'
  | 'not finalized'

export interface GithubService {
  /** As a runner would set ACTIONS_RESULTS_URL. */
  readonly url: string
  /** Finalized artifacts, by name: the bytes of their zip. */
  readonly artifacts: ReadonlyMap<string, Uint8Array>
  readonly requests: readonly string[]
  /** What the requests to the service itself were authorised with. */
  readonly authorizations: ReadonlySet<string>
  close(): Promise<void>
}

const twirp = '/twirp/github.actions.results.api.v1.ArtifactService/'

export async function startGithubService(fault: ServiceFault = 'none'): Promise<GithubService> {
  const blocks = new Map<string, Buffer>()
  const blobs = new Map<string, Buffer>()
  const artifacts = new Map<string, Uint8Array>()
  const requests: string[] = []
  const authorizations = new Set<string>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://service')
    const body = await bodyOf(request)
    const call = url.pathname.startsWith(twirp)
      ? url.pathname.slice(twirp.length)
      : (url.searchParams.get('comp') ?? '')
    requests.push(`${request.method} ${call}`)
    if (fault === 'hangs') return
    if (url.pathname.startsWith(twirp)) {
      authorizations.add(request.headers.authorization ?? '')
      const { name, hash } = JSON.parse(body.toString('utf8'))
      if (fault === 'error') return json(response, 500, { msg: 'the database is on fire' })
      if (fault === 'taken')
        return json(response, 409, { msg: 'an artifact with this name already exists on the workflow run' })
      if (call === 'CreateArtifact') {
        const signedUrl = `${origin()}/blobs/${encodeURIComponent(name)}?sig=a-signature-nobody-may-see`
        return json(response, 200, { ok: true, signed_upload_url: signedUrl })
      }
      if (call === 'FinalizeArtifact') {
        const blob = blobs.get(`/blobs/${encodeURIComponent(name)}`)
        if (blob === undefined || fault === 'not finalized') return json(response, 200, { ok: false, artifact_id: '0' })
        const sum = `sha256:${createHash('sha256').update(blob).digest('hex')}`
        if (sum !== hash) return json(response, 400, { msg: `hash is ${hash}, blob has ${sum}` })
        artifacts.set(name, blob)
        return json(response, 200, { ok: true, artifact_id: '4242' })
      }
    }
    if (fault === 'hangs at blobs') return
    if (fault === 'refuses at blobs') {
      response.writeHead(403).end()
    } else if (request.method === 'PUT' && call === 'block') {
      blocks.set(url.searchParams.get('blockid') ?? '', body)
      response.writeHead(201).end()
    } else if (request.method === 'PUT' && call === 'blocklist') {
      const ids = [...body.toString('utf8').matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id = '']) => id)
      blobs.set(url.pathname, Buffer.concat(ids.map((id) => blocks.get(id) ?? Buffer.alloc(0))))
      response.writeHead(201).end()
    } else {
      response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin()}/`,
    artifacts,
    requests,
    authorizations,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Of the shape of a runner's: three parts, and a scope that names run and job. */
export function runtimeToken(jobId: string): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')
  const scope = `Actions.GenericRead:00000000-0000-0000-0000-000000000000 Actions.Results:ce7f54c7-61c7-4aae-887f-30da475f5f1a:${jobId}`
  return [part({ typ: 'JWT', alg: 'RS256' }), part({ scp: scope, exp: 4_102_444_800 }), 'c2lnbmF0dXJl'].join('.')
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
