/** Reads the id of the job out of GitHub's runtime token, as @actions/artifact does: its claim `scp` names run and job. */
import { Buffer } from 'node:buffer'

/** @returns the start of the job's id, which tells the jobs of a matrix apart; nothing for whatever is no such token */
export function runtimeJobId(token: string | undefined): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const scope = String(claims?.scp)
      .split(' ')
      .find((each) => each.startsWith('Actions.Results:'))
    return scope?.split(':')[2]?.slice(0, 8)
  } catch {
    return undefined
  }
}
