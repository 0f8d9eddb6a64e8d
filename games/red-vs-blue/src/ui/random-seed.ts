/** A seed that nobody chose. The engine itself never rolls dice that it was not given. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
