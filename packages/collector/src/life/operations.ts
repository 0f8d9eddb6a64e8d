/** Runs operations on what is stored: puts each into the log, and asks the store what it came to. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { GroupCommit } from '../commit/group-commit.ts'
import type { Operation, OperationResult } from '../commit/operation.ts'
import { CollectorError } from '../errors.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface Operations {
  /**
   * Resolves once it is applied, however often the store has to be started again meanwhile.
   *
   * @throws {CollectorError} `store_unavailable`: the log takes nothing now, and nothing is changed; or the collector is
   * closing, and it is applied at the next start
   */
  run(request: OperationRequest): Promise<OperationResult>
}

type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

/** An operation, but for who asked when. */
export type OperationRequest = Without<Operation, 'id' | 'askedAtMs'>

export interface OperationsOptions {
  readonly commits: Pick<GroupCommit, 'appendOperation'>
  readonly store: Pick<RetryingStore, 'ask'>
  readonly wallMs: Clock['wallMs']
  readonly onApplied: (operation: Operation, result: OperationResult) => void
}

export function createOperations({ commits, store, wallMs, onApplied }: OperationsOptions): Operations {
  return {
    async run(request) {
      const operation = { ...request, id: randomUUID(), askedAtMs: wallMs() }
      if (!(await commits.appendOperation(operation))) {
        throw new CollectorError('store_unavailable', 'The log takes nothing now: nothing was changed.')
      }
      const result = await store.ask({ kind: 'operation', id: operation.id })
      // The store has passed its place in the log, and found something else there.
      if (!result)
        throw new CollectorError('store_unavailable', 'The log was damaged where the operation stood. Ask again.')
      onApplied(operation, result)
      return result
    },
  }
}
