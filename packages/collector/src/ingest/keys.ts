/** The keys that may write. They can change while the collector runs. */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Keys {
  /** True also where no keys are set: then everybody may write. */
  allows(key: string | undefined): boolean
  readonly required: boolean
  replace(keys: readonly string[]): void
}

export function createKeys(initial: readonly string[]): Keys {
  let digests = initial.map(digestOf)
  return {
    get required() {
      return digests.length > 0
    },
    allows(key) {
      if (digests.length === 0) return true
      const digest = digestOf(key ?? '')
      // Every key is compared, so that the time tells nothing.
      let found = false
      for (const allowed of digests) found = timingSafeEqual(allowed, digest) || found
      return found
    },
    replace(keys) {
      digests = keys.map(digestOf)
    },
  }
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()
