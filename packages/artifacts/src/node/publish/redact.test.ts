import { describe, expect, it } from 'vitest'
import { createRedact, redactArgv, secretArguments } from './redact.ts'

describe('createRedact', () => {
  const redact = createRedact({
    GITHUB_TOKEN: 'ghs_16C7e42F292c6912E7',
    GITHUB_TOKEN_LONG: 'ghs_16C7e42F292c6912E7-and-more',
    AWS_SECRET_ACCESS_KEY: 'wJalr/XUtn+FEMI',
    DB_PASSWORD: 'short',
    SSH_PRIVATE_KEY: '-----BEGIN-----\nb3BlbnNzaC1rZXk\n-----END-----',
    HALF_TOKEN: 'half\ud800character',
    PWD: '/work/project',
    BUILDKITE_STEP_KEY: 'telemetry',
    SONAR_PROJECTKEY: 'red-vs-blue',
    PATH: '/usr/local/bin',
    EMPTY_TOKEN: undefined,
  })

  it.each([
    ['its value', 'Bearer is ghs_16C7e42F292c6912E7', 'Bearer is ***'],
    ['a value that begins with another', 'x ghs_16C7e42F292c6912E7-and-more y', 'x *** y'],
    ['a line of a key', 'read b3BlbnNzaC1rZXk here', 'read *** here'],
    ['a value in a query', 'at ?q=wJalr%2FXUtn%2BFEMI', 'at ?q=***'],
    ['user information', 'git clone https://me:hunter2@host/x', 'git clone https://me:***@host/x'],
    ['a signature', 'PUT https://blob/x?se=1&sig=a%2Bb&sp=w', 'PUT https://blob/x?se=1&sig=***&sp=w'],
    ['a flag', 'tool --api-key=k1 --name=n', 'tool --api-key=*** --name=n'],
    ['a flag in a text', 'up --token hunter2 --name n', 'up --token *** --name n'],
    ['a header', 'authorization: Bearer abc.def-ghi', 'authorization: Bearer ***'],
    ['what a program announces', '::add-mask::s3\nurl s3', '::add-mask::***\nurl ***'],
  ])('masks %s', (_, text, masked) => expect(redact(text)).toBe(masked))

  it.each([
    'short words stay',
    'cd /work/project',
    '/usr/local/bin/node',
    'https://host/path?page=2',
    'telemetry-artifacts of red-vs-blue',
    '',
  ])('leaves %j alone', (text) => expect(redact(text)).toBe(text))
})

it('masks the argument after a flag, whoever prints it', () => {
  const argv = ['tool', '--token', 'abc', '-password', 'def', '--name', 'n', '--token', '']
  expect(redactArgv(argv, (text) => text)).toEqual([
    'tool',
    '--token',
    '***',
    '-password',
    '***',
    '--name',
    'n',
    '--token',
    '***',
  ])
  expect(secretArguments(argv)).toEqual(['abc', 'def'])
  expect(createRedact({}, secretArguments(argv))('said abc')).toBe('said ***')
})
