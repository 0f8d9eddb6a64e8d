/** Runs operations on what is stored: puts each into the log, and asks the store what it came to. */
import { randomUUID } from 'node:crypto'
import { messageOf } from '@downlink/protocol'
import { type Clock, type SetTimer, systemTimer } from '../clock.ts'
import type { GroupCommit } from '../commit/group-commit.ts'
import type { Operation, OperationResult } from '../commit/operation.ts'
import { CollectorError } from '../errors.ts'
import type { StoreProcess } from '../store-process/store-process.ts'

export interface Operations {
  /**
   * Resolves once it is applied, however often the store has to be started again meanwhile.
   *
   * @throws {CollectorError} `store_unavailable`: the log takes nothing now, and nothing is changed; or the collector is
   * closing, and it is applied at the next start
   */
  run(request: OperationRequest): Promise<OperationResult>
  /** Whoever still waits for a result is told that it comes later. */
  close(): void
}

type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

/** An operation, but for who asked when. */
export type OperationRequest = Without<Operation, 'id' | 'askedAtMs'>

export interface OperationsOptions {
  readonly commits: Pick<GroupCommit, 'appendOperation'>
  readonly store: Pick<StoreProcess, 'ask'>
  readonly wallMs: Clock['wallMs']
  readonly onApplied: (operation: Operation, result: OperationResult) => void
  readonly setTimer?: SetTimer
}

/** From one question to the next, while the store is away or behind. */
const retryMs = 500

export function createOperations(options: OperationsOptions): Operations {
  const { commits, store, wallMs, onApplied, setTimer = systemTimer } = options
  let isClosed = false

  return {
    async run(request) {
      const operation = { ...request, id: randomUUID(), askedAtMs: wallMs() }
      if (!(await commits.appendOperation(operation))) {
        throw new CollectorError('store_unavailable', 'The log takes nothing now: nothing was changed.')
      }
      const result = await resultOf(operation.id)
      onApplied(operation, result)
      return result
    },
    close() {
      isClosed = true
    },
  }

  async function resultOf(id: string): Promise<OperationResult> {
    for (;;) {
      try {
        const result = await store.ask({ kind: 'operation', id })
        if (result) return result
      } catch (cause) {
        if (isClosed) throw later(cause)
        await new Promise<void>((resolve) => setTimer(resolve, retryMs))
        continue
      }
      // The store has passed its place in the log, and found something else there.
      throw new CollectorError('store_unavailable', 'The log was damaged where the operation stood. Ask again.')
    }
  }
}

const later = (cause: unknown): CollectorError =>
  new CollectorError('store_unavailable', `It is applied at the next start: ${messageOf(cause)}`, { cause })
