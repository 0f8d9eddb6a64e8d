/** Plans what a game without a bundler needs: a script in its page, and a collector that serves the client. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Change } from './change.ts'
import { choosePort, defaultPort } from './collector-port.ts'
import type { PlainGame } from './detect-game.ts'
import type { Environment } from './environment.ts'
import { collectorCommand } from './packages.ts'
import type { Plan } from './plan.ts'

/**
 * Queues what is pushed until the client is there, as docs/guides/instrument-your-game.md has it. Players elsewhere are
 * not made to look for a collector on their own machine.
 */
const scriptOf = (port: number): string => `<script>
// Downlink: records while the game is on this machine. Elsewhere: the address of your collector in the place of ''.
!function(w,u,o){var q=[],t=w.telemetry={enabled:!1,sessionId:''},s=document.createElement('script');
function k(m){return function(a,b,c){q.length<999?q.push([m,a,b,c||Date.now()]):q.lost=1+(q.lost||0)}}
function r(m,v){t[m]=function(){return v}}
'push start stop setEnabled setContext setLabels identify'.split(' ').map(function(m){t[m]=k(m)});
r('status',{status:'idle'});r('stats',{pushed:0,acked:0,queued:0,inFlight:0,dropped:{},rejected:0});
r('recent',[]);r('flush',Promise.resolve({acked:0,remaining:0}));
t.subscribe=function(f){k('subscribe')(function(){f&&f()});return function(){f=0}};
w.addEventListener('error',k('caught'));w.addEventListener('unhandledrejection',k('caught'));
s.onload=function(){downlink.adopt(t,q,o)};s.onerror=function(){q={length:999};
u&&console.warn('Nothing is recorded: '+u+' did not load. Does the collector run? npx @downlink/cli serve --port '+(new URL(u).port||80)+' starts it: then load the page again.')};
s.crossOrigin='';s.src=u;document.head.append(s)
}(window,/^(localhost$|127\\.|0\\.0\\.0\\.0$|\\[::1\\]$)/.test(location.hostname)?'http://127.0.0.1:${port}/client.js':'',{enabled:true})
// Above, beside enabled: build:'1.4.2' tells one version of the game from the next.
// Anywhere in the game: telemetry.push('level_started', { level: 3 })
</script>
`

/** Of a collector of this machine, in a page that has the script. */
const writtenAddress = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)(?=\/client\.js)/

export interface PlainGameOptions {
  /** Undefined where it is left to us. */
  readonly wantedPort: number | undefined
  /** A collector is to run afterwards. */
  readonly isStarted: boolean
  readonly from: string | undefined
}

/** @throws {CreateError} `port_taken` */
export async function planPlainGame(
  environment: Environment,
  { page }: PlainGame,
  { wantedPort, isStarted, from }: PlainGameOptions,
): Promise<Plan> {
  const text = await readFile(join(environment.folder, page), 'utf8')
  const written = writtenAddress.exec(text)
  const writtenPort = written === null ? undefined : Number(written[1])
  const { port, isRunning, notes } = isStarted
    ? await choosePort(environment, wantedPort, writtenPort)
    : { port: wantedPort || (writtenPort ?? defaultPort), isRunning: false, notes: [] }
  const hasScript = text.includes('downlink.adopt') || text.includes('/client.js')
  return {
    game: 'a game without a bundler',
    notes,
    changes: hasScript ? changedAddress(page, text, written, port) : [planPage(page, text, scriptOf(port))],
    install: [],
    collector: isRunning
      ? { kind: 'running', page: `http://127.0.0.1:${port}/` }
      : { kind: 'start', command: await collectorCommand(port, from), page: /"url":"(http[^"]+)"/ },
    invitation:
      'Serve the game as you always do, and open it at http://localhost, with the port of that: its first event is waited for.',
    whereToLook: `Is the game open at http://localhost, and not as a file or by another name? Does the page have the script, and has the browser not kept an older one? Its collector is at port ${port}.`,
  }
}

/** Either form. It counts within the first 1,024 bytes alone: https://html.spec.whatwg.org/multipage/semantics.html#charset. */
const encodingTag = /<meta\b[^>]*\bcharset\s*=[^>]*>[ \t]*\r?\n?/i

/** Of a page that has the script already: with the port at which the collector is. */
function changedAddress(path: string, text: string, written: RegExpExecArray | null, port: number): readonly Change[] {
  if (written === null || Number(written[1]) === port) return []
  const [before] = written
  const after = before.replace(/\d+$/, String(port))
  return [{ kind: 'edit', path, added: `${after}, in the place of ${before}`, text: text.replaceAll(before, after) }]
}

/** Before all other scripts, and after what says how the page is encoded. */
function planPage(path: string, text: string, script: string): Change {
  const before = encodingTag.exec(text.slice(0, 1024)) ?? /<head\b[^>]*>[ \t]*\r?\n?/i.exec(text)
  const at = before ? before.index + before[0].length : text.search(/<script\b/i)
  if (at === -1)
    return { kind: 'paste', path, why: 'it has neither a head nor a script: put this before all else', lines: script }
  return { kind: 'edit', path, added: script, text: text.slice(0, at) + script + text.slice(at) }
}
