/** Declares the flags and the help of `downlink export`. What it does is in `telemetry-export-task.ts`. */
import { Command, Option } from 'commander'
import { failOnChoices } from '../export/failures.ts'
import { type ExportFlags, exportDefaults } from '../export/settings.ts'
import { filled, isoTime, jsonArgv, keyValue, nameList, path } from '../export/values.ts'
import { wholeNumber } from '../flags.ts'
import { defaultGame } from '../game-module.ts'

const notes = `
Plays a mission by itself, without a screen, writes what the inspector sees of it as files, and publishes them the way
the CI has for it. Every flag may be written in kebab-case, too: --artifact-dir. A flag is asked before the
environment, and the environment before the default. --now, else SOURCE_DATE_EPOCH, else this moment is when the
mission begins: with the same mission, seed and time, every byte of the files is the same.

What a collector has stored is written as files by downlink dump.

The last line on stdout is one JSON summary, however it ends, a wrong command line included; only a provider's own
commands stand before it. (npm prints a heading there, too, unless it is called as npm run --silent.)
  {"ok","artifacts":[{"filename","path","bytes","sha256","mimeType"}],
   "writers":[{"id","attempted","successes","failures","durationMs"}],"publish":{…},
   "failures":[{"stage","code","message"}]}

The exit code is 0 where all was written and published, 1 where something failed, 2 where the command line or a
variable is wrong, 130 after Ctrl-C. --failOn says what counts as failed:
  publish  anything
  write    anything but publishing: the files are there, the CI did not take them
  none     nothing: a build must not break for its telemetry. "ok" in the summary still says how it went.

Variables: TELEMETRY_EXPORT_DIR, TELEMETRY_CI_COMMANDS (a JSON array of commands), SOURCE_DATE_EPOCH, CI, and the
providers' own.

Examples:
  downlink export
  downlink export --mission cascade --seed 7 --now 2026-01-01T00:00:00Z --artifactDir ./telemetry-artifacts
  downlink export --formats json,csv --context build=1.4.2 --ciCommand '["aws","s3","cp","{path}","s3://bucket/"]'
  downlink export --snapshot ./slot-1.json --failOn write`

/** @param act is given the flags, once they have been read */
export function exportCommand(act: (flags: ExportFlags) => void): Command {
  return new Command('export')
    .description("write a mission's telemetry as files, and publish them to CI")
    .option('--game <module>', 'the game to play, by path or package', defaultGame)
    .option('--mission <id>', "the mission to play; the game's first, if none is named", filled)
    .option('--seed <number>', 'of the mission: the same seed, the same events', seed, exportDefaults.seed)
    .option('--ticks <number>', 'end after so many ticks; else when the mission has ended', ticks)
    .option('--now <time>', 'when the mission begins, as 2026-01-01T00:00:00Z', isoTime)
    .option(
      '--snapshot <file>',
      'the world to export, a snapshot or save as JSON; with --ticks, the mission begins anew in it',
      path,
    )
    .option(`${both('artifactDir')} <folder>`, folderText, path)
    .option(
      '--formats <names>',
      'json, csv, transcript-csv, transcript-md, ndjson; all of them, if not given',
      nameList,
    )
    .option('--prefix <text>', "what the files' names begin with; save-inspector, if not given", filled)
    .option('--compress', 'write the files through gzip')
    .option('--context <key=value>', 'said to writers and publisher; may be given several times', keyValue)
    .option(`${both('ciCommand')} <json>`, commandText, jsonArgv)
    .option('--metadata <file>', `where the manifest goes; ${exportDefaults.metadata} beside the files`, path)
    .option(`${both('artifactName')} <name>`, 'what CI calls the files as a whole; by job, if not given', filled)
    .option(both('dryRun'), 'say what would be published, and publish nothing; so it is outside of CI')
    .option('--noDryRun, --no-dry-run', 'publish outside of CI, too')
    .option(`${both('timeoutMs')} <number>`, timeLimitText, timeLimit)
    .addOption(new Option(`${both('failOn')} <what>`, failOnText).choices(failOnChoices).default(exportDefaults.failOn))
    .option('--summary <file>', 'write the summary to this file, too', path)
    .configureHelp({ optionTerm })
    .addHelpText('after', notes)
    .action((flags: ExportFlags) => act(flags))
}

const folderText = `where the files go; else TELEMETRY_EXPORT_DIR, else ${exportDefaults.artifactDir}`
const commandText =
  'publish by this command, a JSON array in which {path} and {manifest} are replaced; may be given several times'
const timeLimitText = 'of one write (30000, if not given), and of one command (120000)'
const failOnText = 'what makes it exit with 1'

const seed = wholeNumber(0, 0xffff_ffff)
const ticks = wholeNumber(0, 100_000_000)
const timeLimit = wholeNumber(1, 86_400_000)

/** Both spellings of a flag. The second gives the setting its name. @example '--artifact-dir, --artifactDir' */
const both = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}, --${name}`

/** One spelling a line, in camelCase: the help would be twice as wide with both. */
const optionTerm = ({ flags }: Option): string => flags.replace(/^--[a-z]+-[a-z-]+, |, --[a-z]+-[a-z-]+$/, '')
