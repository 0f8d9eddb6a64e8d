/** Makes the editor of SQL, with completion from what there is. Loaded on demand: it is larger than the rest of the page. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionSource,
  closeBrackets,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { type SQLDialect, schemaCompletionSource, sql as sqlLanguage } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorState, Prec, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap } from '@codemirror/view'
import type { SqlDialect } from '@downlink/collector'
import { tags } from '@lezer/highlight'
import type { Schema } from '../questions/narrow-sql.ts'
import { editorDialects } from './editor-dialects.ts'
import type { ErrorPlace } from './error-place.ts'

export interface CodeEditor {
  setText(text: string): void
  setWords(words: Words): void
  /** Underlines where `sql` is wrong, and scrolls there; nothing without a place, or once the text is another. */
  mark(place: ErrorPlace | undefined, sql: string): void
  focus(): void
  destroy(): void
}

/** What can be completed. */
export interface Words {
  readonly tables: Schema['tables']
  readonly functions: readonly string[]
}

export interface CodeEditorOptions {
  /** Whose styles are its own: those that the editor makes would break the page's policy outside of one. */
  readonly root: ShadowRoot
  readonly text: string
  readonly label: string
  readonly dialect: SqlDialect
  readonly onChange: (text: string) => void
  readonly onRun: (text: string) => void
}

export function createCodeEditor({ root, text, label, dialect: name, onChange, onRun }: CodeEditorOptions): CodeEditor {
  const dialect = editorDialects[name]
  let sources: Sources = { tables: nothing, words: nothing }
  const run = (): boolean => {
    onRun(view.state.doc.toString())
    return true
  }
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
        replaceSelection,
        history(),
        closeBrackets(),
        autocompletion(),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        sqlLanguage({ dialect, upperCaseKeywords: true }),
        // They come later, and the editor is not made anew for them: its selection would be its old one.
        dialect.language.data.of({ autocomplete: (context: CompletionContext) => sources.tables(context) }),
        dialect.language.data.of({ autocomplete: (context: CompletionContext) => sources.words(context) }),
        syntaxHighlighting(highlighting),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString())
        }),
        markField,
        theme,
      ],
    }),
  })
  return {
    setText(next) {
      if (next === view.state.doc.toString()) return
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } })
    },
    setWords(words) {
      sources = sourcesOf(words, dialect)
    },
    mark(place, sql) {
      const fits = place !== undefined && view.state.doc.toString() === sql
      view.dispatch({
        // The caret stays where it is: somebody may be typing on.
        effects: fits ? [setMark.of(place), EditorView.scrollIntoView(place.from)] : setMark.of(undefined),
      })
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}

interface Sources {
  /** Tables, and columns after `table.` */
  readonly tables: CompletionSource
  /** Columns of all tables that are named, and functions. */
  readonly words: CompletionSource
}

const nothing: CompletionSource = () => null

function sourcesOf({ tables, functions }: Words, dialect: SQLDialect): Sources {
  const schema = Object.fromEntries([...tables].map(([table, columns]) => [table, columns.map(completionOf)]))
  const calls = functions.map((name) => ({ label: name, type: 'function' }))
  return { tables: schemaCompletionSource({ dialect, schema }), words: completeWords(tables, calls) }
}

const completionOf = ({ name, type }: { readonly name: string; readonly type: string }): Completion => ({
  label: name,
  type: 'property',
  detail: type.toLowerCase(),
})

function completeWords(tables: Words['tables'], calls: readonly Completion[]): CompletionSource {
  return (context) => {
    const word = context.matchBefore(/\w+/)
    if (!word && !context.explicit) return null
    const named = new Set(context.state.doc.toString().toLowerCase().split(/\W+/))
    const columns = [...tables].flatMap(([table, own]) => (named.has(table.toLowerCase()) ? own : []))
    const byName = new Map(columns.map((column) => [column.name, completionOf(column)]))
    return { from: word?.from ?? context.pos, options: [...byName.values(), ...calls], validFor: /^\w*$/ }
  }
}

/**
 * The browser may put what replaces a selection, or parts a line, into an element with a style attribute, which the page's
 * policy forbids and reports; so the editor changes these itself.
 */
const replaceSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const text = insertOf(event)
    if (text === undefined || view.composing) return false
    const [from, to] = selectedIn(view)
    if (from === to && !text.includes('\n')) return false
    event.preventDefault()
    const replace = () =>
      view.state.update({
        changes: { from, to, insert: text },
        selection: { anchor: from + text.length },
        userEvent: text === '' ? 'delete' : 'input.type',
        scrollIntoView: true,
      })
    // What closes brackets puts them around a selection.
    const isDone = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, replace))
    if (!isDone) view.dispatch(replace())
    return true
  },
})

/** As the browser has it, which tells the editor of a change only later. */
function selectedIn(view: EditorView): readonly [from: number, to: number] {
  // Chromium has that of a shadow root there.
  const owner: DocumentOrShadowRoot & { getSelection?(): Selection | null } = view.root
  const selection = owner.getSelection?.() ?? document.getSelection()
  const { anchorNode, anchorOffset = 0, focusNode, focusOffset = 0 } = selection ?? {}
  const { main } = view.state.selection
  if (!anchorNode || !focusNode || !view.contentDOM.contains(anchorNode)) return [main.from, main.to]
  const ends = [view.posAtDOM(anchorNode, anchorOffset), view.posAtDOM(focusNode, focusOffset)]
  return [Math.min(...ends), Math.max(...ends)]
}

/** What is put in the place of what is selected. */
function insertOf({ inputType, data }: InputEvent): string | undefined {
  if (inputType.startsWith('delete')) return ''
  if (inputType === 'insertParagraph' || inputType === 'insertLineBreak') return '\n'
  return inputType === 'insertText' ? (data ?? undefined) : undefined
}

const setMark = StateEffect.define<ErrorPlace | undefined>()
const fault = Decoration.mark({ class: 'fault' })

const markField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, docChanged }) {
    const effect = effects.findLast((one) => one.is(setMark))
    if (effect) return effect.value ? Decoration.set(fault.range(effect.value.from, effect.value.to)) : Decoration.none
    // What was wrong is being mended.
    return docChanged ? Decoration.none : marks.map(changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--hue-4)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--hue-5)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--hue-2)' },
  { tag: [tags.standard(tags.name), tags.function(tags.variableName)], color: 'var(--hue-1)' },
  { tag: tags.typeName, color: 'var(--hue-7)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--quiet)', fontStyle: 'italic' },
])

const theme = EditorView.theme({
  '&': {
    color: 'var(--text)',
    backgroundColor: 'var(--page)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--round)',
    fontSize: '0.8125rem',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    lineHeight: '1.55',
    minHeight: '9rem',
    maxHeight: '26rem',
    overflow: 'auto',
  },
  '.cm-content': { padding: 'var(--space-3)', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0' },
  '.fault': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--round)',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15rem' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { color: 'var(--on-accent)', backgroundColor: 'var(--accent)' },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal', opacity: '0.8' },
})
