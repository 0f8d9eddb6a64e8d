/** Loads what reads source maps and sources once a stack needs it: few sessions do. */
import { fetchSourceMap } from '../api.ts'
import { isMappable, type StackResolver } from './resolved-stack.ts'

export function createLazyStackResolver(): StackResolver {
  let resolver: StackResolver | undefined
  return {
    async resolve(stack, build, signal) {
      if (!stack.frames.some(isMappable)) return { originals: [], faults: [] }
      const { createStackResolver } = await import('./stack-resolver.ts')
      resolver ??= createStackResolver(fetchSourceMap)
      return resolver.resolve(stack, build, signal)
    },
  }
}
