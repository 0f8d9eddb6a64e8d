/** Gives the script its place on the page. In this folder this file alone touches globals. */

/** `globalThis.downlink`, in which others may have put something, too, such as an inspector. */
export const pageTools = (): { downlink?: object } => globalThis as { downlink?: object }

/** Of the script that is running; nothing in a worker. */
export function scriptAddress(): string | undefined {
  const script = (globalThis as { readonly document?: Document }).document?.currentScript
  return script && 'src' in script ? script.src : undefined
}
