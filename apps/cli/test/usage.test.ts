import { expect, it } from 'vitest'
import { jsonLines, pravega } from './pravega.ts'

it.each([
  { args: ['scpe', 'list'], says: 'did you mean `scope`?' },
  { args: ['stream', 'creat', 'a/b'], says: 'did you mean `create`?' },
  { args: ['stream', 'create', 'a/b', '--segmnts', '2'], says: 'did you mean --segments?' },
  { args: ['stream', 'create', 'nostream'], says: 'it does not have the form scope/stream' },
  { args: ['stream', 'create', 'a/_b'], says: 'a leading underscore is reserved' },
  { args: ['stream', 'create', 'a/b', '--segments', '0'], says: 'it is not a whole number above 0' },
  { args: ['stream', 'create', 'a/b', '--retain-time', '7'], says: 'it is not a duration' },
  { args: ['stream', 'create', 'a/b', '--retain-size', '7 apples'], says: 'it is not a size' },
  { args: ['stream', 'truncate', 'a/b', '--at', 'middle'], says: 'stream cut' },
  { args: ['stream', 'truncate', 'a/b'], says: 'Expected input for flag --at' },
  { args: ['scope', 'create', 'bad_name'], says: 'only the letters a-z and A-Z' },
  { args: ['bytes', 'read', 'a/b', '--from', 'middle'], says: 'write head, tail, tail-100 or an offset' },
  { args: ['bytes', 'truncate', 'a/b', '-1'], says: '-1' },
  { args: ['event', 'read', 'a/b', '--from', 'middle'], says: 'stream cut' },
  { args: ['event', 'read', 'a/b', '--group', 'alone'], says: 'write scope/group' },
  { args: ['event', 'read', 'a/b', '--count', '0'], says: 'it is not a whole number above 0' },
  { args: ['event', 'fetch', 'a/b:7'], says: 'event pointer' },
  { args: ['reader-group', 'create', 'a/b'], says: '--stream' },
  { args: ['reader-group', 'create', 'a/b_c', '--stream', 'a/b'], says: 'only the letters a-z and A-Z' },
  { args: ['reader-group', 'reset', 'a/b', '--to', 'yesterday'], says: 'checkpoint' },
  { args: ['reader-group', 'retain', 'a/b', 'tail'], says: 'stream cut' },
  { args: ['server', '--controller-port', '65536'], says: 'a port is from 0 (any free one) to 65535' },
  { args: ['server', '--scaling-period', '9ms'], says: '"9ms" for scaling-period: the times of auto-scaling are at' },
  { args: ['server', '--scaling-cooldown', '10'], says: '"10" for scaling-cooldown: it is not a duration' },
  { args: ['server', '--scaling-cold-after', 'soon'], says: '"soon" for scaling-cold-after: it is not a duration' },
  { args: ['server', '--scaling-mute', '-1m'], says: 'scaling-mute' },
  { args: ['server', '--scaling-minute', '0.1ms'], says: '"0.1ms" for scaling-minute: a duration is at least' },
])('refuses $args before anything is sent', async ({ args, says }) => {
  const { code, stdout, stderr } = await pravega(args, { controller: 'tcp://127.0.0.1:1' })
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(says)
  expect(stderr).toMatch(/See `pravega.* --help`\.\n$/)
})

it.each([
  { args: ['stream', 'create', 'a/b', '--scale-by-events', '1', '--scale-by-data', '1'], says: 'exclude each other' },
  { args: ['stream', 'create', 'a/b', '--scale-factor', '3'], says: '--scale-factor needs' },
  { args: ['stream', 'create', 'a/b', '--retain-time', '1d', '--retain-size', '1GB'], says: 'by time or by size' },
  { args: ['stream', 'create', 'a/b', '--retain-time-max', '1d'], says: '--retain-time-max needs --retain-time' },
  { args: ['stream', 'scale', 'a/b'], says: 'give exactly one of --to' },
  { args: ['stream', 'scale', 'a/b', '--to', '2', '--split', '0'], says: 'give exactly one of --to' },
  { args: ['stream', 'scale', 'a/b', '--seal', '0'], says: 'give exactly one of --to' },
  { args: ['stream', 'tag', 'add', 'a/b', ','], says: 'name at least one tag' },
  { args: ['bytes', 'write', 'a/b', '--shared', '--at', '5'], says: '--at is a condition' },
  { args: ['event', 'write', 'a/b', '--routing-key', 'x', '--key-field', 'y'], says: 'exclude each other' },
  { args: ['event', 'write', 'a/b', '--segments', '2'], says: '--segments is for --create' },
  { args: ['event', 'write', 'a/b', '--key-before', ''], says: '--key-before needs a text' },
  { args: ['event', 'read', 'a/b', '--reader', 'x'], says: '--reader is for --group' },
  { args: ['event', 'read', 'a/b', '--idle', '1s'], says: '--idle is for --group' },
  { args: ['event', 'read', 'a/b', '--state-store', 'table'], says: '--state-store is for --group' },
  { args: ['event', 'read', 'a/b', '--group', 'a/g', '--idle', '1s', '--follow'], says: 'exclude each other' },
  {
    args: ['reader-group', 'create', 'a/g', '--stream', 'a/b', '--no-checkpoints', '--checkpoint-every', '1s'],
    says: 'exclude each other',
  },
  {
    args: ['reader-group', 'create', 'a/g', '--stream', 'a/b,a/c', '--from', 'head,tail'],
    says: '--from says nothing',
  },
  { args: ['reader-group', 'offline', 'a/g', 'r', '--position', 'somewhere'], says: 'reader position' },
  { args: ['server', '--no-auto-scaling', '--scaling-minute', '1s'], says: 'exclude each other' },
  { args: ['scope', 'list', '--auth-user', 'me'], says: 'there is no password for me' },
  { args: ['scope', 'list', '--auth-user', 'me', '--keycloak-file', 'x'], says: 'exclude each other' },
  { args: ['scope', 'list', '--controller', 'http://x'], says: 'http' },
  { args: ['scope', 'list', '--ca', 'ca.pem'], says: 'does not use TLS' },
])('refuses $args, which do not go together', async ({ args, says }) => {
  const { code, stderr } = await pravega(args, { controller: 'tcp://127.0.0.1:1' })
  expect(code).toBe(2)
  expect(stderr).toContain(says)
})

it('reports wrong command lines as JSON when asked to', async () => {
  const { code, stderr } = await pravega(['stream', 'create', 'nostream', '--segments', 'x', '--json'])
  expect(code).toBe(2)
  expect(jsonLines(stderr)).toEqual([
    {
      error: {
        code: 'USAGE',
        exitCode: 2,
        hint: 'See `pravega stream create --help`.',
        message: expect.stringMatching(/scope\/stream.*\n.*segments/),
      },
    },
  ])
})

it('says that nobody is there, and what to do', async () => {
  const human = await pravega(['scope', 'list', '--controller', 'tcp://127.0.0.1:1', '--timeout', '2s'])
  expect(human.code).toBe(5)
  expect(human.stderr).toContain('127.0.0.1:1')
  expect(human.stderr).toContain('pravega server')
  const json = await pravega(['--json', '--controller', 'tcp://127.0.0.1:1', '--timeout', '2s', 'scope', 'list'])
  expect(json.code).toBe(5)
  expect(jsonLines(json.stderr)).toMatchObject([{ error: { exitCode: 5 } }])
})
