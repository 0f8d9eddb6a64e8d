/** Tries the protocol's decoders, and the check of each event: they take any text, and what they take is what stands there. */
import { isDeepStrictEqual } from 'node:util'
import {
  checkEvent,
  createLeftOut,
  cutEnvelope,
  decodeBody,
  decodeClientFrame,
  decodePlain,
  decodeServerFrame,
  isDrop,
  maxFrameBytes,
  protocolDefaults,
  type ReceivedElement,
  readContext,
  readLabels,
  utf8Length,
} from '@downlink/protocol'
import { usedHeap } from '../held-bytes.ts'
import { texts } from '../inputs/wire.ts'
import type { Subject, Target } from '../target.ts'

export const decoders: Target = {
  name: 'decoders',
  about: 'texts that the decoders of both ends read, and the events in them',
  share: 10,
  open: async (): Promise<Subject<readonly string[]>> => ({
    inputs: texts,
    lanes: 1,
    countOf: ({ length }) => length,
    try: async (each) => each.forEach(decode),
    check: async () => {},
    heldBytes: async () => usedHeap(),
    close: async () => {},
  }),
}

function decode(text: string): void {
  // What is larger no transport lets through.
  if (text.length > maxFrameBytes) return
  const frame = decodeClientFrame(text)
  if (frame.ok && frame.value.t === 'batch') frame.value.events.forEach(judge)
  const body = decodeBody(text)
  if (body.ok) (body.value.kind === 'acked' ? body.value.post : body.value).events.forEach(judge)
  const lines = decodePlain(text)
  if (lines.ok) for (const element of lines.value) judgePlain(element)
  decodeServerFrame(text)
}

function judgePlain(element: ReceivedElement): void {
  const checked = checkEvent(element, undefined, 0)
  if (!checked.ok) return
  judge(element)
  const envelope = cutEnvelope(element)
  if (envelope) JSON.parse(envelope.text)
}

/** What is stored of an event is its data, as every parser reads it, and of context and labels what the database can hold. */
function judge(element: ReceivedElement): void {
  judgeSaid(element)
  if (isDrop(element.value)) return
  const checked = checkEvent(element, undefined, 0)
  if (!checked.ok) return
  const { data = null } = element.value as { readonly data?: unknown }
  if (!isDeepStrictEqual(JSON.parse(checked.value.json), data)) {
    throw new Error(`Expected ${JSON.stringify(data)} to be stored, got ${checked.value.json}`)
  }
}

function judgeSaid({ context, labels }: ReceivedElement): void {
  const text = context && readContext(context, createLeftOut())
  const values = text === undefined ? [] : Object.values(JSON.parse(text) as object)
  const isGood = values.every((value) => typeof value === 'boolean' || Number.isFinite(value) || isText(value))
  if (!isGood || utf8Length(text ?? '') > protocolDefaults.maxMetaBytes) {
    throw new Error(`Expected a context that can be stored, got ${text}`)
  }
  const read = labels ? Object.values(readLabels(labels, createLeftOut())) : []
  if (!read.every((label) => label === null || isText(label))) {
    throw new Error(`Expected labels that can be stored, got ${JSON.stringify(read)}`)
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && !/\p{Surrogate}/u.test(value)
