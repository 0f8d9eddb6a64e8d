/** What the files are called as a whole, so that several jobs of a run don't collide. */
import { createHash } from 'node:crypto'
import type { CiJob } from './ci-job.ts'

/** Longer names are cut: some providers stop at 256, and folders are made of them. */
const maxLength = 100

/**
 * Letters, digits, `.`, `_` and `-`: what every provider, file system and URL takes.
 * A name that has to be changed gets a piece of its hash, so that `test (a/b)` and `test (a:b)` stay two.
 *
 * @example publishName({ isCi: true, provider: 'buildkite', job: 'e2e', shard: '2-of-4', attempt: '1' }) // 'telemetry-e2e-2-of-4-1'
 */
export function publishName(job: CiJob, chosen: string | undefined): string {
  const wanted = chosen ?? ['telemetry', job.job, job.shard, job.attempt].filter(Boolean).join('-')
  const clean = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  if (clean === wanted && clean.length <= maxLength) return clean
  const start = [...clean].slice(0, maxLength - 9).join('')
  return [start || 'telemetry', createHash('sha256').update(wanted).digest('hex').slice(0, 8)].join('-')
}
