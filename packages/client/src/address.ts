/** Where to send: one URL for both transports. */

export interface Address {
  readonly socketUrl: string
  readonly postUrl: string
}

/** Resolves a URL, absolute or relative to the page; nothing where it is not one. */
export function resolveAddress(url: string, pageUrl: string | undefined): Address | undefined {
  try {
    const { href } = new URL(url, pageUrl)
    const [socketUrl, postUrl] = [href.replace(/^http/, 'ws'), href.replace(/^ws/, 'http')]
    return /^wss?:/.test(socketUrl) ? { socketUrl, postUrl } : undefined
  } catch {
    return undefined
  }
}
