/** Runs `downlink dump`: writes what a collector has stored as files, and goes on with those that are missing. */
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type ReadFlags, withReadAccess, withReadFlags } from '../api-flags.ts'
import { checkQuestion, type DumpQuestion, dumpFormats, dumpParts, dumpTables, usualPart } from '../dump/dump-plan.ts'
import { type DumpProgress, type DumpSummary, performDump } from '../dump/perform-dump.ts'
import { filled, isoTime } from '../export/values.ts'
import { onlyGiven } from '../flags.ts'
import { counted, printJson, printLines, printMessage, processSafeText } from '../output.ts'
import { createStatusLine } from '../status-line.ts'

interface DumpFlags extends ReadFlags, Omit<DumpQuestion, 'per'> {
  readonly per?: DumpQuestion['per']
  readonly out: string
  readonly json?: true
}

const notes = `
Days are those on which the collector received something, in UTC by its own clock: once one is over its file never
changes. So a dump that is repeated, every night or after it was killed, keeps the files of days that were over when
they were written, and writes the others anew. A day between two others that has no rows has a file, too. A file
appears under its name once it is whole; <table>.dump.json beside them says what was asked for, and which are whole.

One file holds a day; with --session or --where all of it, as with sessions and labels, whose rows change. --since and
--until go by when something was received, --until excluded; with --per day they are days. Labels are all that a session
has and had, from event to event: the table label_history.

--where is a condition in SQL over the columns of the table and of sessions, judged as queries are; with labels, over
those of sessions.
With --per type, or --type, Parquet and CSV have the columns of the type's view, where the collector knows the type.

downlink export is something else: it plays a mission of a game, and writes what the inspector sees of it.

Examples:
  downlink dump --out ./dump
  downlink dump --format csv --since 2026-11-01 --until 2026-12-01 --out ./november
  downlink dump --per type --with-session --out ./types
  downlink dump --table sessions --out ./dump
  downlink dump --format ndjson --where "labels->>'player' = 'x'" --out ./player-x
  downlink dump --data ./.downlink --schema ./events.ts --per type --out ./types`

export function dumpCommand(): Command {
  const choice = (flag: string, text: string, choices: readonly string[]) => new Option(flag, text).choices(choices)
  return withReadFlags(
    new Command('dump').description('write what is stored as files: events, sessions, rejected events, labels'),
  )
    .addOption(choice('--format <format>', 'of the files', dumpFormats).default('parquet'))
    .addOption(choice('--table <table>', 'what to dump', dumpTables).default('events'))
    .addOption(choice('--per <part>', 'what a file holds (default: a day)', dumpParts))
    .requiredOption('--out <folder>', 'where the files go', filled)
    .option('--since <time>', 'only what was received then or later, as 2026-11-01', isoTime)
    .option('--until <time>', 'only what was received before', isoTime)
    .option('--type <type>', 'only events of this type', filled)
    .option('--session <id>', 'only of this session', filled)
    .option('--where <condition>', 'only what a condition in SQL lets through', filled)
    .option('--with-session', "with the session's build, labels and the like beside each row")
    .option('--json', 'what was written and kept as one line of JSON')
    .addHelpText('after', notes)
    .action(dump)
}

async function dump(flags: DumpFlags): Promise<void> {
  const { table, format, per = usualPart(flags), type, session, where, withSession, since, until, out, json } = flags
  const question: DumpQuestion = {
    ...{ table, format, per },
    ...onlyGiven({ type, session, where, withSession, since, until }),
  }
  checkQuestion(question)
  const status = createStatusLine(process.stderr)
  const onProgress = (progress: DumpProgress): void => status.show(progressText(progress))
  const folder = resolve(out)
  const summary = await withReadAccess(flags, (api) => performDump({ api, question, folder, onProgress })).finally(() =>
    status.clear(),
  )
  if (json) printJson([summary])
  else printLines(linesOf(summary))
  for (const name of summary.cut) {
    printMessage(`${name} ends before its time was over, and what is missing in it has been deleted since.`)
  }
}

const progressText = ({ name, file, files, bytes }: DumpProgress): string =>
  `${file} of ${files}: ${name} ${megabytes(bytes)}`

function linesOf({ out, rows, bytes, files }: DumpSummary): readonly string[] {
  const kept = files.filter(({ status }) => status === 'kept').length
  const written = files.filter(({ status }) => status === 'written')
  const safe = processSafeText()
  return [
    ...written.map((file) => `wrote  ${file.name}  ${counted(file.rows, 'row')}  ${megabytes(file.bytes)}`),
    ...(kept === 0 ? [] : [`kept   ${counted(kept, 'file')} that can't have changed`]),
    safe(`${counted(files.length, 'file')} in ${out}: ${counted(rows, 'row')}, ${megabytes(bytes)}`),
  ]
}

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`
