/** Fakes of what NATS keeps. */

/** A bucket in memory, in which nothing ends by itself. */
export function aBucket() {
  const entries = new Map<string, { value: string; revision: number }>()
  let last = 0
  const set = (key: string, value: string): number => {
    entries.set(key, { value, revision: ++last })
    return last
  }
  return {
    entries,
    keys: async () => [...entries.keys()],
    async create(key: string, value: string) {
      if (entries.has(key)) throw new Error('It is there')
      return set(key, value)
    },
    async update(key: string, value: string, revision: number) {
      if (entries.get(key)?.revision !== revision) throw new Error('wrong last sequence')
      return set(key, value)
    },
    put: async (key: string, value: string) => set(key, value),
    async delete(key: string, revision?: number) {
      if (revision !== undefined && entries.get(key)?.revision !== revision) throw new Error('wrong last sequence')
      entries.delete(key)
    },
  }
}
