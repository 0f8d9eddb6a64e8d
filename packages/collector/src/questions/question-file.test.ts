import { expect, it } from 'vitest'
import type { SqlDialect } from '../query/sql-dialect.ts'
import { parseQuestion } from './question-file.ts'

const parse = (text: string, dialect: SqlDialect = 'duckdb') => {
  const parsed = parseQuestion('kills.sql', text, dialect)
  return parsed.ok ? parsed.question : parsed.problems.map(({ line, message }) => `${line}: ${message}`)
}
const head = '-- title: Kills\n-- answers: How many.\n'

it('reads what a file says', () => {
  const text = `\uFEFF${head}-- chart: line x=day y=kills,deaths by=team\r
--
-- parameter event (type, like killed died, optional): Event
-- parameter weapon (field of event, default gun.name): With what
-- parameter cell (number, -1.5 to 10, default 2): Square
-- parameter step (span, 30s to 2d): Step
-- parameter steps (types, 2 to 3): Steps
-- label $who: so: it is set
-- parameter who (label, like player): Who
-- label gpu: so, too
SELECT '$event', "$x", $event, data->>$weapon, $cell, $step, $steps[1], $who -- $nobody
FROM events;
`
  expect(parse(text)).toEqual({
    title: 'Kills',
    answers: 'How many.',
    chart: { kind: 'line', x: 'day', y: ['kills', 'deaths'], by: 'team' },
    parameters: [
      { name: 'event', title: 'Event', kind: 'type', optional: true, like: ['killed', 'died'] },
      {
        name: 'weapon',
        title: 'With what',
        kind: 'field',
        of: 'event',
        optional: false,
        like: [],
        default: 'gun.name',
      },
      { name: 'cell', title: 'Square', kind: 'number', min: -1.5, max: 10, optional: false, like: [], default: '2' },
      { name: 'step', title: 'Step', kind: 'span', min: 30, max: 172_800, optional: false, like: [] },
      { name: 'steps', title: 'Steps', kind: 'types', min: 2, max: 3, optional: false, like: [] },
      { name: 'who', title: 'Who', kind: 'label', optional: false, like: ['player'] },
    ],
    labels: [
      { name: '$who', how: 'so: it is set' },
      { name: 'gpu', how: 'so, too' },
    ],
    sql: [
      `SELECT '$event', "$x", `,
      { parameter: 'event' },
      ', data->>',
      { parameter: 'weapon' },
      ', ',
      { parameter: 'cell' },
      ', ',
      { parameter: 'step' },
      ', ',
      { parameter: 'steps' },
      '[1], ',
      { parameter: 'who' },
      ' -- $nobody\nFROM events',
    ],
  })
})

const sql = 'SELECT 1'
it('reads what stands for a column where two answers are compared', () => {
  const chartOf = (chart: string) => {
    const question = parse(`${head}-- chart: ${chart}\nSELECT 1`)
    return 'chart' in question ? question.chart : question
  }
  const bars = { kind: 'bar', x: 'a', y: ['b', 'c'], compared: ['d', 'e'] }
  expect(chartOf('bar x=a y=b,c compared=d,e')).toEqual(bars)
  const heat = { kind: 'heat', x: 'a', y: 'b', value: 'c', compared: 'd' }
  expect(chartOf('heat x=a y=b value=c compared=d')).toEqual(heat)
  expect(chartOf('scatter x=a y=b compared=c')).toEqual([expect.stringContaining('got compared=c')])
})

const chart = '-- chart: table\n'

it.each([
  ['', '1: Expected a line `-- title: …` before the SQL, got none'],
  [`${head}${chart}`, '4: Expected one SELECT after the header, got nothing'],
  [`${head}-- chart: pie x=a\n${sql}`, '3: Expected a chart: line, bar, scatter, heat, table, got pie'],
  [`${head}-- chart: bar x=a\n${sql}`, '3: Expected `y=column` after `bar`, got bar x=a'],
  [
    `${head}-- chart: heat x=a y=b,c value=d e=f\n${sql}`,
    '3: Expected x=column, y=column, value=column, compared=column after `heat`, got e=f',
  ],
  [`${head}${chart}-- titel: x\n${sql}`, /^4: Expected `-- title: …`, .*, got titel: x$/],
  [`${head}${chart}-- title: x\n${sql}`, '4: Expected one `title`, got a second one'],
  [`${head}${chart}-- label: x\n${sql}`, '4: Expected `label name: …`, got label: x'],
  [`${head}${chart}-- label $x: y\n${sql}`, '4: Expected a label, or `$` and a parameter of the kind label, got $x'],
  [`${head}${chart}-- parameter x: y\n${sql}`, '4: Expected `parameter name (kind): title`, got x'],
  [`${head}${chart}-- parameter x (date): y\n${sql}`, /^4: Expected a kind: type, types, .*, got date$/],
  [
    `${head}${chart}-- parameter from (text): y\nSELECT $from`,
    '4: Expected a name other than from, to, build, vs, got from',
  ],
  [`${head}${chart}-- parameter x (number, 5 to 1): y\nSELECT $x`, '4: Expected a range, got 5 to 1'],
  [`${head}${chart}-- parameter x (text, soon): y\nSELECT $x`, /^4: Expected `optional`, .*, got soon$/],
  [`${head}${chart}-- parameter x (field of e): y\nSELECT $x`, /^4: Expected `field of` a parameter of the kind type/],
  [
    `${head}${chart}-- parameter x (text): y\n-- parameter x (text): z\nSELECT $x`,
    '5: Expected a name that no other parameter has, got x',
  ],
  [`${head}${chart}-- parameter x (text): y\n${sql}`, '5: Expected $x in the SQL, got none'],
  [`${head}${chart}SELECT\n  $x`, '5: Expected no parameter, got $x'],
  [`${head}${chart}SELECT $1`, '4: Expected no parameter, got $1'],
  [`${head}${chart}SELECT $$a$$`, '4: Expected no parameter, got $$'],
  [`${head}${chart}-- parameter x (text): y\nSELECT $x$a$x$`, /^5: Expected \$x, got \$x\$$/],
  [`${head}${chart}-- parameter x (text): y\nSELECT\nE$x`, '6: Expected a blank or an operator around $x, got none'],
  [`${head}${chart}-- parameter x (text): y\nSELECT $x'b'`, '5: Expected a blank or an operator around $x, got none'],
  [`${head}${chart}-- parameter x (text): y\nSELECT\nE'\\' $x '`, "6: Expected text without an E before it, got E'"],
  [`${head}${chart}-- parameter x (text): y\nSELECT 1e'\\' $x '`, "5: Expected text without an E before it, got e'"],
  [
    `${head}${chart}-- parameter x (text): y\nSELECT 1 /* /* */ $x */`,
    /^5: Expected no comment within a comment, got /,
  ],
  [`${head}${chart}-- parameter x (text): y\nSELECT 1\n-- \r 'a\n$x '`, '5: Expected $x in the SQL, got none'],
  [`${head}${chart}-- parameter x (text): y\nSELECT "a $x`, '5: Expected an end of what " begins, got none'],
  [`${head}${chart}-- parameter x (text): y\nSELECT /* $x`, '5: Expected an end of what /* begins, got none'],
  [`${head}${chart}SELECT ${'1, '.repeat(4000)}1`, '4: Expected at most 10000 characters of SQL, got 12008'],
])('tells what is wrong with %j, and where', (text, problem) => {
  expect(parse(text)).toContainEqual(problem instanceof RegExp ? expect.stringMatching(problem) : problem)
})

it.each([
  [
    "'\\\\' || $event",
    "4: Expected text and names in plain quotes, without a backslash, and comments behind -- or within /* */, got '\\",
  ],
  [
    '`a\\` = $event',
    '4: Expected text and names in plain quotes, without a backslash, and comments behind -- or within /* */, got `a\\',
  ],
  [
    '1 # $event',
    '4: Expected text and names in plain quotes, without a backslash, and comments behind -- or within /* */, got #',
  ],
  [
    '‘x’ = $event',
    '4: Expected text and names in plain quotes, without a backslash, and comments behind -- or within /* */, got ‘',
  ],
  ['`a = $event', '4: Expected an end of what ` begins, got none'],
])('refuses what ClickHouse would end elsewhere: SELECT %s', (sql, problem) => {
  const file = `${head}-- chart: table\n-- parameter event (type): Event\nSELECT ${sql}`
  expect(parse(file, 'clickhouse')).toEqual([problem.replace('4:', '5:')])
})

it("takes ClickHouse's names in their own quotes, and no parameter within them", () => {
  const file = `${head}-- chart: table\n-- parameter event (type): Event\nSELECT \`a $b\` FROM t WHERE type = $event AND 'it''s $x' = ''`
  expect(parse(file, 'clickhouse')).toMatchObject({
    sql: ['SELECT `a $b` FROM t WHERE type = ', { parameter: 'event' }, " AND 'it''s $x' = ''"],
  })
})
