/** Says what to do about senders that were turned away, by the reason that they were told. */

/** Undefined for a reason that explains itself, or that this page does not know. */
export const refusalAdvice = (reason: string, origin: string | null): string | undefined =>
  reason === 'forbidden' && origin !== null
    ? `If this is your game: start the collector with --origin ${origin}`
    : reasons[reason]

const reasons: Readonly<Record<string, string>> = {
  forbidden:
    'The request named a host that the collector is not called, or showed another session’s proof: see --public-url.',
  unauthorised: 'The game shows no key, or one that is not among --key and --key-file.',
  too_large: 'A frame is larger than it may be: does the game send more than 64 KiB in one event?',
  too_fast: 'More came from one address than may: a loop in the game, or many players behind one address.',
  bad_frame: 'What came is not of the wire: another client, or a proxy that changes what it passes on.',
  bad_json: 'What came is no JSON: another client, or a proxy that changes what it passes on.',
  unknown_frame: 'A client of another version of the wire.',
  bad_encoding: 'What came is encoded in a way that the collector does not know.',
  no_hello: 'Somebody connects and says nothing: a health check, or a client that never starts.',
  hole: 'A client skipped events, and is told where to go on: now and then this is well.',
  unavailable: 'The log could not be written, or was full; the clients come back: see above.',
}
