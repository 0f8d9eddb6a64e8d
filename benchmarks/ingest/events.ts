/** Makes the events of `../ingest.ts`: seven fields, as a battle sends most. */

interface BulletHit {
  readonly type: string
  readonly timestamp: number
  readonly data: object
}

export const bulletHits = (count: number): readonly BulletHit[] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'bullet_hit',
    timestamp: 1_767_225_600_000 + i,
    data: {
      bulletId: `b${1000 + i}`,
      shipId: `red-${i % 25}`,
      ownerId: `blue-${i % 25}`,
      damage: 10,
      health: 20,
      x: 123.456 + i,
      y: 78.9 + i,
    },
  }))
