/** Makes a folder with the files of an export, as a writer would have left it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ExportFolder {
  /** The job's workspace. */
  readonly workspace: string
  /** Where the files lie, in it. */
  readonly folder: string
  /** Absolute. */
  readonly paths: readonly string[]
  readonly contents: ReadonlyMap<string, Uint8Array>
  remove(): Promise<void>
}

/** Bytes that survive no text conversion, and more than a pipe holds. */
const blob = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 2_654_435_761) >>> 13)

export async function makeExport(): Promise<ExportFolder> {
  const workspace = await mkdtemp(join(tmpdir(), 'downlink-ci-'))
  const folder = join(workspace, 'telemetry artifacts')
  await mkdir(folder)
  const contents = new Map<string, Uint8Array>([
    ['save-inspector-summary-20260101T000000Z.json', Buffer.from('{"formatVersion":1}\n')],
    ['save-inspector-missions-20260101T000000Z.csv', Buffer.from('mission_id,title\ncascade,Käskade 🚀\n')],
    ['save-inspector-events-20260101T000000Z.ndjson', blob],
  ])
  const paths: string[] = []
  for (const [name, content] of contents) {
    paths.push(join(folder, name))
    await writeFile(join(folder, name), content)
  }
  return { workspace, folder, paths, contents, remove: () => rm(workspace, { recursive: true, force: true }) }
}
