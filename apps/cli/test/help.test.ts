import {
  type Application,
  type Command,
  type CommandContext,
  generateHelpTextForAllCommands,
  type RouteMap,
} from '@stricli/core'
import { expect, it } from 'vitest'
import { application } from '../src/application.ts'
import type { CliContext } from '../src/context.ts'
import { pravega } from './pravega.ts'

function commandsBelow(
  target: Command<CliContext> | RouteMap<CliContext>,
  path: string,
): [string, Command<CliContext>][] {
  if (!('getAllEntries' in target)) return [[path, target]]
  return target
    .getAllEntries()
    .flatMap(entry => commandsBelow(entry.target, `${path} ${entry.name['convert-camel-to-kebab']}`))
}

const commands = commandsBelow(application.root, 'pravega')

it('explains every command', () => {
  expect(generateHelpTextForAllCommands(application as unknown as Application<CommandContext>)).toMatchSnapshot()
})

it.each(commands)('%s has code behind it, and an example of itself', async (path, command) => {
  expect(await command.loader()).toBeTypeOf('function')
  expect(command.brief).not.toBe('')
  expect(command.fullDescription).toContain(`Examples:\n  ${path}`)
})

it('prints help on standard output and ends with 0', async () => {
  const { code, stdout, stderr } = await pravega(['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.toString()).toMatch(
    /COMMANDS\n {2}server .*\n {2}scope .*\n {2}stream .*\n {2}event .*\n {2}txn .*\n {2}reader-group .*\n {2}bytes .*\n {2}completion /,
  )
  expect(stdout.toString()).toContain('130  stopped by Ctrl-C')
})

it('prints its version', async () => {
  const { code, stdout } = await pravega(['--version'])
  expect(code).toBe(0)
  expect(stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/)
})
