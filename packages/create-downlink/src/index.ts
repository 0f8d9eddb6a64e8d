/** Exports the command, and the world that it runs in. */
export { createDownlink } from './create-downlink.ts'
export { type Environment, realEnvironment } from './environment.ts'
export { CreateError, type CreateErrorCode } from './errors.ts'
