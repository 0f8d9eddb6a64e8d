/** What nobody should pass, in every place where something is made: each fault has a code, and says what was expected. */
import { expect, it } from 'vitest'
import {
  createIndexedDbStorage,
  createMemoryStorage,
  defineSlice,
  EventBus,
  SaveManager,
  WorldStateStore,
} from '../src/index.ts'
import { createFileStorage } from '../src/node.ts'
import { createFactionSlice, createTutorialSlice } from '../src/slices.ts'

const any = (value: unknown) => value as never
const slice = { name: 'score', version: 1, initial: {}, on: {} }

it.each<[string, () => unknown, code: string, message: string]>([
  [
    'a store without options',
    () => new WorldStateStore(any(undefined)),
    'bad_option',
    '`options` to be an object, got undefined',
  ],
  ['a store of text', () => new WorldStateStore(any('x')), 'bad_option', '`options` to be an object, got string'],
  ['a store without slices', () => new WorldStateStore(any({})), 'bad_option', '`slices` to be a list, got undefined'],
  [
    'a store of a Set',
    () => new WorldStateStore(any({ slices: new Set() })),
    'bad_option',
    '`slices` to be a list, got Set',
  ],
  [
    'a slice that is null',
    () => new WorldStateStore(any({ slices: [null] })),
    'bad_slice',
    'a slice to be an object, got null',
  ],
  [
    'a slice not yet made',
    () => new WorldStateStore(any({ slices: [createFactionSlice] })),
    'bad_slice',
    'a slice to be an object, got function',
  ],
  [
    'a slice without reducers',
    () => defineSlice(any({ ...slice, on: undefined })),
    'bad_slice',
    "on` of slice 'score' to be an object, got undefined",
  ],
  [
    'a reducer that is none',
    () => defineSlice(any({ ...slice, on: { 'a:b': 5 } })),
    'bad_slice',
    "slice 'score' to react to 'a:b' with a function, got number",
  ],
  [
    'a definition that is none',
    () => defineSlice(any(undefined)),
    'bad_slice',
    'a slice to be an object, got undefined',
  ],
  ['a name that is none', () => defineSlice(any({ ...slice, name: undefined })), 'bad_slice', "got 'undefined'"],
  ['limits that are none', () => createTutorialSlice(any(5)), 'bad_option', '`options` to be an object, got number'],
  [
    'a save manager without options',
    () => new SaveManager(any(undefined)),
    'bad_option',
    '`options` to be an object, got undefined',
  ],
  [
    'files without options',
    () => createFileStorage(any(undefined)),
    'bad_option',
    '`options` to be an object, got undefined',
  ],
  [
    'files without a folder',
    () => createFileStorage(any({})),
    'bad_option',
    '`folder` to be the path of a folder, got undefined',
  ],
  [
    'IndexedDB of text',
    () => createIndexedDbStorage(any('saves')),
    'bad_option',
    '`options` to be an object, got string',
  ],
])('%s', (_, make, code, message) => {
  expect(make).toThrow(
    expect.objectContaining({ name: 'WorldStateError', code, message: expect.stringContaining(message) }),
  )
})

it('takes null for options that may be left out', async () => {
  expect(() => [
    createFactionSlice(any(null)),
    createIndexedDbStorage(any(null)),
    new EventBus(any(null)),
  ]).not.toThrow()
  const game = { name: 'g', version: '1', seed: null, missionId: null }
  const store = new WorldStateStore({ slices: [defineSlice(slice)] })
  const saves = new SaveManager({ store, storage: createMemoryStorage(), game })
  expect(await saves.save('slot', any(null))).toMatchObject({ ok: true })
  expect(await saves.save(any(null), any(null))).toMatchObject({ ok: true })
  expect(await saves.load()).toMatchObject({ ok: true })
})
