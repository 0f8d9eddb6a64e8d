/** Names the game, in summaries and towards commands. */
import manifest from '../package.json' with { type: 'json' }

export const identity: { readonly name: 'red-vs-blue'; readonly version: string } = {
  name: 'red-vs-blue',
  version: manifest.version,
}
