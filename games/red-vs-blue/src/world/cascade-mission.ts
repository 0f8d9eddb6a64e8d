/** Defines a mission: a quarrel with one faction, and how it spreads: kills turn the victims' allies hostile, and please their enemies. */

import type { FactionId } from './factions.ts'
import type { MissionDefinition } from './mission-definition.ts'
import type { Moment } from './player-stats.ts'

const quarry: FactionId = 'azure-league'
const followers: readonly FactionId[] = ['tide-wardens', 'glass-choir']

const killsToProvoke = 3
const secondsToHold = 12
const ticksASecond = 60
const limitSeconds = 180
const maxShipsLost = 8

const hostileFollowers = ({ standingOf }: Moment): number =>
  followers.filter((id) => standingOf(id).attitude === 'hostile').length

const secondsHeld = (now: Moment, since: Moment): number =>
  (now.stats.ticksFlown - since.stats.ticksFlown) / ticksASecond

const leagueKills = ({ stats }: Moment): number => stats.killsOf[quarry] ?? 0

export const cascadeMission: MissionDefinition = {
  id: 'cascade',
  title: 'The cascade',
  briefing:
    'The Azure League has taxed the last moon. Pick a fight with it, see who takes its side, and live through what you have started.',
  quarry,
  endsWhenSkipped: false,
  rewards: ['A letter of marque from the Rust Corsairs', 'A seat at the table of the Ember Pact'],
  defeat({ tick, stats }) {
    if (stats.lost >= maxShipsLost) return `The Pact has lost ${maxShipsLost} ships to your plan`
    if (tick >= limitSeconds * ticksASecond) return 'The League’s main fleet has arrived'
    return undefined
  },
  lessons: [
    {
      id: 'take-ship',
      title: 'Choose a ship',
      description: 'The Pact has no uniform. Nobody will know it was you, for a minute.',
      controlHint: 'Press T, or tap a red ship',
      laterHint: 'T, or Fly below, gives you the healthiest ship; a tap, the one you mean',
      canSkip: true,
      action: 'Took over a ship',
      followUpNarrative: 'The transponder goes dark. The League’s line holds its course.',
      isDone: ({ stats }) => stats.flying,
    },
    {
      id: 'first-blood',
      title: 'Pick a fight',
      description: 'Destroy a ship of the Azure League: blue, marked with a diamond.',
      controlHint: 'Steer with the arrows or WASD, fire with Space; or touch where to go',
      laterHint: 'League ships wear a diamond',
      canSkip: true,
      action: 'Destroyed a League ship',
      followUpNarrative: 'On every League channel at once: “Who is that?”',
      isDone: (now) => leagueKills(now) > 0,
    },
    {
      id: 'cascade',
      title: 'Watch it spread',
      description: 'One more wreck, and one more, and the League’s allies will not stay out of it.',
      controlHint: 'Two more League ships',
      laterHint: 'The standings show who turns, and because of whom',
      canSkip: true,
      action: 'Set off the cascade',
      followUpNarrative: 'The Wardens run out their guns. The Choir stops singing.',
      isDone: (now) => hostileFollowers(now) === followers.length,
    },
    {
      id: 'standings',
      title: 'Count your friends',
      description: 'Somebody is pleased. Look who.',
      controlHint: 'Press I, or Inspect below',
      laterHint: 'The inspector shows every standing: I opens it, Esc closes it',
      canSkip: true,
      action: 'Read the standings',
      followUpNarrative: 'Two Corsairs drop out of the dark on your side, guns warm.',
      isDone: ({ stats }, since) => stats.standingsRead > since.stats.standingsRead,
    },
    {
      id: 'hold',
      title: 'Hold on',
      description: 'Stay in the fight until the Pact has its people out.',
      controlHint: `Stay alive: ${secondsToHold} seconds at the helm`,
      laterHint: 'If you lose your ship, T takes the next one',
      canSkip: false,
      action: 'Held the line',
      followUpNarrative: 'The last freighter jumps. “All out. Now run.”',
      isDone: (now, since) => secondsHeld(now, since) >= secondsToHold,
    },
  ],
  objectives: [
    { id: 'take-ship', title: 'Take a red ship', target: 1, measure: ({ stats }) => stats.taken },
    {
      id: 'provoke',
      title: 'Destroy Azure League ships',
      target: killsToProvoke,
      measure: leagueKills,
      obstacle: ({ stats }) => (stats.taken > 0 ? undefined : 'You have no ship yet'),
    },
    {
      id: 'cascade',
      title: 'Turn the League’s allies hostile',
      target: followers.length,
      measure: hostileFollowers,
      obstacle: ({ standingOf }) =>
        standingOf(quarry).attitude === 'neutral' ? 'The League has no quarrel with you yet' : undefined,
    },
    {
      id: 'befriend',
      title: 'Win the Rust Corsairs over',
      target: 1,
      measure: ({ standingOf }) => Number(['friendly', 'allied'].includes(standingOf('rust-corsairs').attitude)),
    },
    {
      id: 'hold',
      title: 'Hold on, seconds at the helm',
      target: secondsToHold,
      measure: secondsHeld,
      obstacle({ stats }, isDone) {
        if (!isDone('cascade')) return 'Nobody is after you yet'
        return stats.flying ? undefined : 'Your ship is lost: take another'
      },
    },
  ],
}
