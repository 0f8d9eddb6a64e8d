/** Declares what this package throws: misuse only. A battle itself never fails. */

export type BattleErrorCode = 'invalid_config' | 'unknown_mission'

/** @example new BattleError('invalid_config', 'Expected `shipsPerTeam` to be a whole number from 1 to 200, got 0') */
export class BattleError extends Error {
  override readonly name = 'BattleError'
  readonly code: BattleErrorCode

  constructor(code: BattleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
