/** Finds out, in development, why nobody takes a connection: a browser does not say. A production build leaves this file out. */
import { telemetryPath } from '@downlink/protocol'

/** The part of `fetch` that is needed. */
export type Ask = (
  url: string,
  init: { readonly mode: 'cors' | 'no-cors'; readonly signal: AbortSignal },
) => Promise<Pick<Response, 'status' | 'ok' | 'text'>>

const timeoutMs = 2000

export interface Unanswered {
  /** What was tried, and what came. */
  readonly sentence: string
  /** A collector takes events at this very address. */
  readonly isThere: boolean
}

/**
 * Asks for the probe of a collector beside the address, and at its origin.
 *
 * @param url of the socket, by `ws` or `wss`
 * @param pageUrl of the page that calls, where there is one
 */
export async function explainUnanswered(url: string, ask: Ask, pageUrl?: string): Promise<Unanswered> {
  const address = new URL(url.replace(/^ws/, 'http'))
  const beside = new URL('healthz', address)
  const tried = `No collector takes events at ${url}`
  const answers: Answer[] = []
  for (const probe of new Set([beside.href, new URL('/healthz', address).href])) {
    const answer = await askProbe(probe, ask)
    answers.push(answer)
    if (answer.status !== 'collector') continue
    const right = new URL(`.${telemetryPath}`, probe).pathname
    return right === address.pathname
      ? { isThere: true, sentence: `${tried}, though one is there: it may refuse this page, see its view Health` }
      : { isThere: false, sentence: `${tried}, but one does at ${right}: set that as the path of \`url\`` }
  }
  const [answer = { status: 'nobody' }] = answers
  const came = cameOf(answer, beside.href)
  const forbidden = mayBeForbidden(address, pageUrl) ? ` ${permission}` : ''
  const advice = answer.status === 'nobody' ? startOf(address) + forbidden : ''
  return { isThere: false, sentence: `${tried}: ${came}${advice}` }
}

function cameOf(answer: Answer, probe: string): string {
  const advice = `is \`url\` right, with its path, which is \`${telemetryPath}\` unless the collector is below another?`
  if (answer.status === 'other') return `${probe} answers ${answer.text}, so ${advice}`
  if (answer.status === 'hidden') return `something answers there, and does not let this page see what, so ${advice}`
  return 'nothing answers there. Is it running?'
}

/** A collector of its own on this machine is started by a command; one below a path is that of a server. */
function startOf({ href }: URL): string {
  const port = /^http:\/\/(?:localhost|127\.[\d.]+|\[::1]):(\d+)\/telemetry$/.exec(href)?.[1]
  return port ? ` npx @downlink/cli serve --port ${port} starts one.` : ''
}

const permission =
  'If it is, the browser may keep this page from it: in the settings of the site, allow it devices of the local network.'

/** https://wicg.github.io/local-network-access/: a page from elsewhere needs a permission for what is nearer. */
const mayBeForbidden = ({ hostname }: URL, pageUrl?: string): boolean =>
  pageUrl !== undefined && nearby.test(hostname) && !nearby.test(new URL(pageUrl).hostname)

const nearby = /^(localhost|127\..*|\[::1\]|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|.*\.local)$/

type Answer =
  | { readonly status: 'collector' | 'nobody' }
  /** Of another origin, which says nothing to this page. */
  | { readonly status: 'hidden' }
  | { readonly status: 'other'; readonly text: string }

async function askProbe(url: string, ask: Ask): Promise<Answer> {
  try {
    const response = await ask(url, { mode: 'cors', signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    if (response.ok && /^\{\s*"status"\s*:\s*"ok"\s*\}$/.test(text.trim())) return { status: 'collector' }
    return { status: 'other', text: response.ok ? 'with no health of a collector' : String(response.status) }
  } catch {
    // Nobody is there, or the answer is none for this page.
  }
  return ask(url, { mode: 'no-cors', signal: AbortSignal.timeout(timeoutMs) }).then(
    () => ({ status: 'hidden' }),
    () => ({ status: 'nobody' }),
  )
}
