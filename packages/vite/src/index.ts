/** Names what a Vite config imports. */
export type { DownlinkOptions } from './options.ts'
export { downlink } from './plugin.ts'
