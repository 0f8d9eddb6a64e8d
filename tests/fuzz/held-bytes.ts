/** Tells how much of its heap a process uses, once what is garbage is gone: it runs with `--expose-gc`. */

export function usedHeap(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
