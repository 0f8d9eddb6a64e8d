import { createRequire } from 'node:module'
import type { JsonLogsSerializer as Serializer } from '@opentelemetry/otlp-transformer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import type { SessionWrite } from '../commit/session-write.ts'
import { aBatch } from '../test-doubles.ts'
import { anyValue } from './any-value.ts'
import { encodeRequest } from './export-request.ts'
import { encodeRecords, nanosOf } from './log-record.ts'

// Its modules import each other without a suffix, which only CommonJS takes.
const { JsonLogsSerializer }: { JsonLogsSerializer: typeof Serializer } = createRequire(import.meta.url)(
  '@opentelemetry/otlp-transformer',
)

const aWrite = (over: Partial<SessionWrite> = {}): SessionWrite => ({
  sessionId: 's',
  from: 0,
  batches: [],
  record: { ...newRecord('s', 1000), committedSeq: 1 },
  unconfirmed: false,
  ...over,
})

const anEvent = (json: string, over: object = {}) => ({
  seq: 1,
  event: { type: 'hit', timestamp: 1000.5, json },
  ...over,
})
const requestOf = (write: SessionWrite) => JSON.parse(encodeRequest(encodeRecords(write, 'downlink')))
const recordOf = (event: ReturnType<typeof anEvent>) =>
  requestOf(aWrite({ batches: [aBatch(1, 1, { events: [event] })] })).resourceLogs[0].scopeLogs[0].logRecords[0]

const records = fc.dictionary(fc.string(), fc.jsonValue())

describe('a request', () => {
  it('is what the serializer of OpenTelemetry makes of the same records', () => {
    fc.assert(
      fc.property(fc.jsonValue(), records, fc.boolean(), (data, labels, isError) => {
        const type = isError ? 'error' : 'hit'
        const text = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, JSON.stringify(value)]))
        const ours = requestOf(
          aWrite({
            record: { ...newRecord('s', 1000), build: '1.2', labels: text },
            batches: [
              aBatch(1, 1, {
                events: [
                  {
                    seq: 7,
                    event: { type, timestamp: 1_700_000_000_000, version: 3, json: JSON.stringify(data) },
                    context: '{"level":2,"boss":true,"at":0.5,"name":"x\\"y"}',
                  },
                ],
                receivedAt: 1_700_000_000_001,
              }),
            ],
          }),
        )
        const resource = {
          attributes: {
            'service.name': 'downlink',
            'service.version': '1.2',
            'downlink.session_id': 's',
            ...Object.fromEntries(Object.entries(text).map(([key, value]) => [`downlink.label.${key}`, value])),
          },
        }
        const theirs = JSON.parse(
          new TextDecoder().decode(
            JsonLogsSerializer.serializeRequest([
              {
                hrTime: [1_700_000_000, 0],
                hrTimeObserved: [1_700_000_000, 1_000_000],
                ...(isError && { severityNumber: 17, severityText: 'ERROR' }),
                eventName: type,
                body: JSON.parse(JSON.stringify(data)),
                attributes: {
                  'downlink.session_id': 's',
                  'downlink.seq': 7,
                  'downlink.version': 3,
                  'context.level': 2,
                  'context.boss': true,
                  'context.at': 0.5,
                  'context.name': 'x"y',
                },
                droppedAttributesCount: 0,
                instrumentationScope: { name: 'downlink' },
                resource: resource as never,
              },
            ]),
          ),
        )
        expect(asDoubles(withoutZeros(ours))).toEqual(asDoubles(withoutZeros(theirs)))
      }),
    )
  })

  it('has the records of a session under one resource, and those of each set of labels', () => {
    const at = (seq: number) => ({ seq, event: { type: 'hit', timestamp: 1, json: 'null' } })
    const labels = { earlier: [{ from: 1, until: 3, labels: { player: 'ada' } }], from: 3, latest: { player: 'bob' } }
    const batch = aBatch(1, 4, { events: [at(1), at(2), at(3), at(4)], labels })
    const record = { ...newRecord('s', 1), labels: { player: 'bob' }, labelsFrom: 3 }
    const { resourceLogs }: { resourceLogs: ResourceLogs[] } = requestOf(aWrite({ record, batches: [batch] }))
    expect(
      resourceLogs.map(({ resource, scopeLogs }) => [
        resource.attributes.at(-1)?.value.stringValue,
        scopeLogs[0]?.logRecords.length,
      ]),
    ).toEqual([
      ['ada', 2],
      ['bob', 2],
    ])
  })

  it('has what a plain event says of itself, and a time that 64 bits do not hold', () => {
    const { attributes, timeUnixNano } = recordOf(
      anEvent('1', { event: { type: 'hit', timestamp: -5.5, json: '1' }, envelope: '{"id":"x"}' }),
    )
    expect(timeUnixNano).toBe('0')
    expect(attributes.slice(2)).toEqual([
      { key: 'downlink.timestamp_ms', value: { doubleValue: -5.5 } },
      {
        key: 'downlink.envelope',
        value: { kvlistValue: { values: [{ key: 'id', value: { stringValue: 'x' } }] } },
      },
    ])
  })
})

describe('a value', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(fromAnyValue(JSON.parse(anyValue(json)))).toEqual(JSON.parse(json))
      }),
    )
  })

  it.each([
    ['9007199254740993', { intValue: '9007199254740993' }],
    ['-9223372036854775808', { intValue: '-9223372036854775808' }],
    ['9223372036854775808', { stringValue: '9223372036854775808' }],
    ['18446744073709551615', { stringValue: '18446744073709551615' }],
    ['100000000000000000000', { doubleValue: 1e20 }],
    ['1.5e3', { doubleValue: 1500 }],
    ['0.1000', { doubleValue: 0.1 }],
    ['0.30000000000000004', { doubleValue: 0.30000000000000004 }],
    ['3.14159265358979323846', { stringValue: '3.14159265358979323846' }],
    ['1e400', { stringValue: '1e400' }],
    ['1e-400', { stringValue: '1e-400' }],
    ['null', {}],
    ['"\\ud83d\\ude00\\n"', { stringValue: '😀\n' }],
    ['[]', { arrayValue: { values: [] } }],
    [
      '{ "a" : [ 1 , {} ] }',
      {
        kvlistValue: {
          values: [
            { key: 'a', value: { arrayValue: { values: [{ intValue: '1' }, { kvlistValue: { values: [] } }] } } },
          ],
        },
      },
    ],
  ])('%s keeps its digits', (json, expected) => {
    expect(JSON.parse(anyValue(json))).toEqual(expected)
  })

  it.each(['-0', '-0.0'])('%s keeps its sign', (json) => {
    expect(Object.is(JSON.parse(anyValue(json)).doubleValue, -0)).toBe(true)
  })

  it('may be as deep as it likes', () => {
    const depth = 30_000
    expect(anyValue('['.repeat(depth) + ']'.repeat(depth))).toHaveLength(depth * '{"arrayValue":{"values":[]}}'.length)
  })
})

describe('a time', () => {
  it.each([
    [1_700_000_000_000.1, '1700000000000100000'],
    [1_700_000_000_000.123, '1700000000000123000'],
    [0, '0'],
    [0.000001, '1'],
    [0.0000001, '0'],
    [18_446_744_073_709, '18446744073709000000'],
    [18_446_744_073_710, undefined],
    [-1, undefined],
    [8.64e15, undefined],
  ])('of %d ms is %s ns', (ms, expected) => {
    expect(nanosOf(ms)).toBe(expected)
  })

  it('has the digits that were sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_999_999_999_999 }), fc.integer({ min: 0, max: 999 }), (ms, us) => {
        const digits = `${ms}.${String(us).padStart(3, '0')}`
        expect(nanosOf(Number(digits))).toBe(`${BigInt(ms)}${String(us).padStart(3, '0')}000`)
      }),
    )
  })
})

/** As far as these tests look into it. */
interface ResourceLogs {
  readonly resource: { readonly attributes: readonly { readonly value: { readonly stringValue: string } }[] }
  readonly scopeLogs: readonly { readonly logRecords: readonly unknown[] }[]
}

interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
  readonly kvlistValue?: { readonly values: readonly { readonly key: string; readonly value: AnyValue }[] }
}

function fromAnyValue({ arrayValue, kvlistValue, intValue, ...scalar }: AnyValue): unknown {
  if (intValue !== undefined) return Number(intValue)
  if (arrayValue) return arrayValue.values.map(fromAnyValue)
  if (!kvlistValue) return scalar.stringValue ?? scalar.boolValue ?? scalar.doubleValue ?? null
  const members = kvlistValue.values.map(
    ({ key, value }) => `${JSON.stringify(key)}:${JSON.stringify(fromAnyValue(value))}`,
  )
  // A key may be `__proto__`.
  return JSON.parse(`{${members}}`)
}

/** It leaves out no count of what it dropped, and no schema; to a reader of protobuf both are the same. */
function withoutZeros(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner) =>
    key === 'droppedAttributesCount' && inner === 0
      ? undefined
      : key === 'schemaUrl' && inner === ''
        ? undefined
        : inner,
  )
}

/** It writes integers as numbers, also those that are too large for 64 bits. */
function asDoubles(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner) => {
    const number = inner?.intValue ?? inner?.doubleValue
    return number === undefined ? inner : { number: Number(number) }
  })
}
