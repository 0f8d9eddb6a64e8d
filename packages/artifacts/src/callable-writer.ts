/** The base of a writer that is a function, too: hosts whose writers are functions can call it. */
import type { Artifact, WrittenArtifact } from './artifact.ts'

export type WriteCall = (artifact: Artifact, context?: Readonly<Record<string, unknown>>) => Promise<WrittenArtifact>

/** What `new` makes of a class derived from this is a function that calls the class's `write`. */
export const CallableWriter: new () => WriteCall = asConstructor(function (): WriteCall {
  const call = (...args: Parameters<WriteCall>): Promise<WrittenArtifact> =>
    (call as unknown as { readonly write: WriteCall }).write(...args)
  return Object.setPrototypeOf(call, new.target.prototype)
})

/** Instances stay functions: `call` and `apply` are theirs. */
function asConstructor<Instance>(construct: () => Instance): new () => Instance {
  Object.setPrototypeOf(construct.prototype, Function.prototype)
  return construct as unknown as new () => Instance
}
