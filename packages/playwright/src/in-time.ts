/** Waits for somebody else's work, and no longer than that. */

/** Resolves to `late` when the time is over; what the work comes to then, a failure too, is heard by nobody. */
export async function inTime<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'late')
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
