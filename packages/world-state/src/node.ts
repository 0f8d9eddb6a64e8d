/** What needs Node: saves as files. */

export {
  createFileStorage,
  type FileStorageOptions,
  type FileSystem,
  fileStorageDefaults,
  type OpenFile,
} from './node/file-storage.ts'
