import { expect, it } from 'vitest'
import { clusterOf } from './cluster-options.ts'

const store = { clickhouse: 'clickhouse://d:8123/downlink' }

it('takes servers of NATS, with TLS or without', () => {
  expect(clusterOf({ log: { nats: ['nats://a', 'tls://b:4222'] }, store })?.servers).toEqual([
    'nats://a',
    'tls://b:4222',
  ])
  expect(clusterOf({})).toBeUndefined()
})

it.each([
  ['a password in an address', { log: { nats: 'nats://user:s3cret@a:4222' }, store }],
  ['an address of another kind', { log: { nats: 's3cret' }, store }],
  ['what is a log of its own business', { log: { nats: 'nats://a' }, store, otlp: { headers: { key: 's3cret' } } }],
  ['a store of another kind', { log: { nats: 'nats://a' }, store: { clickhouse: 'http://s3cret:8123/d' } }],
  ['a password in its address', { log: { nats: 'nats://a' }, store: { clickhouse: 'clickhouse://u:s3cret@d/d' } }],
  ['a store without a log', { store: { clickhouse: 'clickhouse://user:s3cret@d' } }],
])('refuses %s, and repeats nothing of it', (_, options) => {
  const message = expect.stringMatching(/^Expected (?!.*s3cret)/)
  expect(() => clusterOf(options)).toThrow(expect.objectContaining({ code: 'bad_option', message }))
})
