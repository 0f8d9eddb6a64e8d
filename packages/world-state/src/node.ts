/** Exports what needs Node: saves as files. */

export type { OpenFile } from '@downlink/artifacts/node'
export {
  createFileStorage,
  type FileStorageOptions,
  type FileSystem,
  fileStorageDefaults,
} from './node/file-storage.ts'
