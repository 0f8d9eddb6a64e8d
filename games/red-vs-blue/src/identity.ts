/** What the game calls itself, in summaries and towards commands. */

export const identity = { name: 'red-vs-blue', version: '0.1.0' } as const
