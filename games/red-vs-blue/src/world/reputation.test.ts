import { describe, expect, it } from 'vitest'
import { type FactionId, factionById, factions } from './factions.ts'
import { afterKill, openingStandings } from './reputation.ts'
import { type Attitude, attitudeAt, attitudeNamed, type Standing, unknown } from './standing.ts'
import type { WorldEvent } from './world-events.ts'

/** What a store would keep of the events. */
function createBook() {
  const standings = new Map<string, Standing>()
  const standingOf = (id: FactionId): Standing => standings.get(id) ?? unknown
  return {
    standingOf,
    write(events: readonly WorldEvent[]): readonly WorldEvent[] {
      for (const { name, payload } of events) {
        if (name === 'faction:reputation_reset') standings.clear()
        if (name === 'faction:reputation_changed') {
          const before = standings.get(payload.factionId) ?? unknown
          standings.set(payload.factionId, { ...before, fame: payload.newFame, infamy: payload.newInfamy })
        }
        if (name === 'faction:attitude_changed') {
          const before = standings.get(payload.factionId) ?? unknown
          standings.set(payload.factionId, { ...before, attitude: attitudeNamed(payload.newAttitude) })
        }
      }
      return events
    },
  }
}

const turns = (events: readonly WorldEvent[]) =>
  events.flatMap(({ name, payload }) =>
    name === 'faction:attitude_changed'
      ? [[payload.factionId, payload.newAttitude, payload.cascade ? payload.sourceFactionId : 'directly']]
      : [],
  )

function begun() {
  const book = createBook()
  book.write(openingStandings(factions, 'cascade'))
  const kill = (id: FactionId) => book.write(afterKill(factionById(id), book.standingOf))
  return { ...book, kill }
}

describe('the opening', () => {
  it('wipes the slate, then names every faction', () => {
    const events = openingStandings(factions, 'cascade')
    expect(events[0]).toEqual({
      name: 'faction:reputation_reset',
      payload: { reason: 'mission_start', initiatedBy: 'cascade' },
    })
    const named = events.flatMap(({ name, payload }) =>
      name === 'faction:reputation_changed' ? [payload.factionId] : [],
    )
    expect(named).toEqual(factions.map(({ id }) => id))
  })
})

describe('a kill', () => {
  it('costs the victim’s good will, pleases its enemies, and cascades to those who stand with either', () => {
    expect(turns(begun().kill('azure-league'))).toEqual([
      ['azure-league', 'wary', 'directly'],
      ['tide-wardens', 'wary', 'azure-league'],
      ['glass-choir', 'wary', 'azure-league'],
      ['ember-pact', 'allied', 'azure-league'],
      ['rust-corsairs', 'friendly', 'azure-league'],
    ])
  })

  it('cascades only where it has changed an attitude', () => {
    const { kill } = begun()
    kill('azure-league')
    expect(turns(kill('azure-league'))).toEqual([])
    expect(turns(kill('azure-league'))).toEqual([
      ['azure-league', 'hostile', 'directly'],
      ['tide-wardens', 'hostile', 'azure-league'],
      ['glass-choir', 'hostile', 'azure-league'],
      ['rust-corsairs', 'allied', 'azure-league'],
    ])
  })

  it('moves nobody beyond the worst or the best', () => {
    const { kill, standingOf } = begun()
    for (let n = 0; n < 4; n++) kill('azure-league')
    const events = kill('tide-wardens')
    expect(turns(events)).toEqual([])
    const glass = standingOf('glass-choir')
    kill('azure-league')
    expect(standingOf('glass-choir')).toBe(glass)
  })

  it('cascades one step and no further', () => {
    expect(turns(begun().kill('glass-choir'))).toEqual([
      ['glass-choir', 'wary', 'directly'],
      ['tide-wardens', 'wary', 'glass-choir'],
    ])
  })

  it('says why, and by how much', () => {
    const [first, second] = begun().kill('azure-league')
    expect(first?.payload).toMatchObject({ deltaInfamy: 18, newInfamy: 22, deltaFame: 0, newFame: 4 })
    expect(first?.payload).toMatchObject({ reason: 'You destroyed a ship of the Azure League' })
    expect(second?.payload).toMatchObject({ factionId: 'azure-league', cascade: false })
    expect(second?.payload).not.toHaveProperty('sourceFactionId')
  })

  it('leaves attitudes that follow from the sums', () => {
    const { kill, standingOf } = begun()
    for (const { id } of [...factions, ...factions, ...factions]) kill(id)
    const expected = ({ fame, infamy }: Standing): Attitude => attitudeAt(fame - infamy)
    for (const { id } of factions) expect(standingOf(id).attitude).toBe(expected(standingOf(id)))
  })
})
