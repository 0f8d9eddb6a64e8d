import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CiJob } from './ci-job.ts'
import { publishName } from './publish-name.ts'

const job = (facts: Partial<CiJob>): CiJob => ({ isCi: true, provider: 'github', ...facts })

describe('publishName', () => {
  it('is made of job, shard and attempt', () => {
    expect(publishName(job({ job: 'e2e', shard: '2-of-4', attempt: '3' }), undefined)).toBe('telemetry-e2e-2-of-4-3')
    expect(publishName(job({}), undefined)).toBe('telemetry')
  })

  it('is the chosen one where there is one', () => {
    expect(publishName(job({ job: 'e2e' }), 'night.ly_1')).toBe('night.ly_1')
  })

  it.each(['a/b', 'a:b', 'a\\b', '../a', 'a"b', 'a<b>c|d*e?f', 'a\r\nb', '  ', '🚀', '---', 'x'.repeat(300)])(
    'has no character that a provider refuses: %j',
    (chosen) => {
      const name = publishName(job({}), chosen)
      expect(name).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u)
      expect(name.length).toBeLessThanOrEqual(100)
    },
  )

  it('keeps names apart that would be cleaned to the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.normalize('NFC') !== b.normalize('NFC'))
        const [first, second] = [a, b].map((name) => publishName(job({ job: `e2e (${name})` }), undefined))
        expect(first).not.toBe(second)
      }),
    )
  })
})
