/** Reads what the page shows of a mission off the world's state, as the inspector is. */

import type { Faction as KnownFaction, Objective, Prompt } from '@downlink/world-state/slices'
import { type Faction, factions } from './factions.ts'
import { type Attitude, attitudeNamed, isWorse } from './standing.ts'
import type { WorldStore } from './world.ts'

export interface WorldView {
  readonly missionId: string
  readonly title: string
  readonly outcome: Outcome | undefined
  /** What the player is asked to do now. */
  readonly prompt: PromptView | undefined
  /** What the story said last. */
  readonly story: string | undefined
  readonly objectives: readonly Objective[]
  readonly standings: readonly FactionStanding[]
  /** The cascade that struck last: one source, and everybody it moved. */
  readonly cascade: Cascade | undefined
}

export interface PromptView extends Pick<Prompt, 'stepId' | 'title' | 'description' | 'canSkip'> {
  readonly stepIndex: number
  readonly totalSteps: number
  readonly controlHint: string
}

export type Outcome =
  | { readonly status: 'completed'; readonly rewards: readonly string[] }
  | { readonly status: 'failed'; readonly reason: string }

export interface FactionStanding extends Pick<Faction, 'id' | 'name' | 'team' | 'character'> {
  readonly fame: number
  readonly infamy: number
  readonly attitude: Attitude
  /** The last change of the attitude since the mission began. */
  readonly turn: Turn | undefined
}

export interface Turn {
  readonly isWorse: boolean
  /** Whose change has caused it; undefined where it was the player's own doing. */
  readonly source: string | undefined
  readonly timeMs: number
}

export interface Cascade {
  readonly source: string
  readonly timeMs: number
  readonly reached: readonly FactionStanding[]
}

type WorldState = ReturnType<WorldStore['getState']>

/** Undefined where there is no mission of that name. */
export function viewWorld({ faction, tutorial, mission }: WorldState, missionId: string): WorldView | undefined {
  const found = mission.missions.get(missionId)
  if (!found) return undefined
  const standings = factions.map((each) => standingOf(each, faction.factions.get(each.id), found.startedAt))
  return {
    missionId,
    title: found.title,
    outcome: outcomeOf(found),
    prompt: tutorial.currentPrompt ? viewPrompt(tutorial.currentPrompt, tutorial.totalSteps) : undefined,
    story: tutorial.transcript.findLast((line) => line.followUpNarrative !== null)?.followUpNarrative ?? undefined,
    objectives: found.objectives.values(),
    standings,
    cascade: cascadeOf(standings),
  }
}

/** The lessons of this game have an index and a hint in words. */
function viewPrompt({ stepIndex, controlHint, ...prompt }: Prompt, totalSteps: number): PromptView {
  return { ...prompt, stepIndex: stepIndex ?? 0, totalSteps, controlHint: String(controlHint ?? '') }
}

function standingOf(faction: Faction, known: KnownFaction | undefined, sinceMs: number | null): FactionStanding {
  const { id, name, team, character } = faction
  const change = known?.attitudeHistory.at(-1)
  const turn = change &&
    change.timestamp > (sinceMs ?? 0) && {
      isWorse: isWorse(attitudeNamed(change.newAttitude), attitudeNamed(change.oldAttitude)),
      source: change.cascade ? (change.sourceFactionName ?? undefined) : undefined,
      timeMs: change.timestamp,
    }
  return {
    id,
    name,
    team,
    character,
    fame: known?.fame ?? 0,
    infamy: known?.infamy ?? 0,
    attitude: attitudeNamed(known?.attitude),
    turn: turn || undefined,
  }
}

function cascadeOf(standings: readonly FactionStanding[]): Cascade | undefined {
  const moved = standings.filter(({ turn }) => turn?.source !== undefined)
  const latest = moved.reduce<Turn | undefined>(
    (last, { turn }) => (turn && turn.timeMs > (last?.timeMs ?? 0) ? turn : last),
    undefined,
  )
  if (latest?.source === undefined) return undefined
  const reached = moved.filter(({ turn }) => turn?.timeMs === latest.timeMs)
  return { source: latest.source, timeMs: latest.timeMs, reached }
}

function outcomeOf({ status, reason, rewards }: { status: string; reason: string | null; rewards: unknown }) {
  if (status === 'completed')
    return { status: 'completed', rewards: Array.isArray(rewards) ? rewards.map(String) : [] } as const
  if (status === 'failed') return { status: 'failed', reason: reason ?? '' } as const
  return undefined
}
