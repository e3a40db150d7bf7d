import { buildCommand, buildRouteMap, type Command, type RouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'

function script(shell: 'bash' | 'zsh' | 'fish', install: string): Command<CliContext> {
  return buildCommand<NonNullable<unknown>, [], CliContext>({
    loader: async () => {
      const { scripts } = await import('../completion/scripts.ts')
      return function (this: CliContext) {
        this.stdout.write(scripts[shell])
      }
    },
    parameters: {},
    docs: documented(`Print the completion script for ${shell}`, '', [
      [`completion ${shell} ${install}`, 'install it'],
    ]),
  })
}

export const completion: RouteMap<CliContext> = buildRouteMap({
  routes: {
    bash: script('bash', '> ~/.local/share/bash-completion/completions/pravega'),
    zsh: script('zsh', '> ~/.zfunc/_pravega'),
    fish: script('fish', '> ~/.config/fish/completions/pravega.fish'),
  },
  docs: {
    brief: 'Completion of commands, flags, scopes and streams for bash, zsh and fish',
    fullDescription:
      'Completion of commands, flags and, from the server, scopes and streams.\n\nTo try it in the shell you are in:\n  source <(pravega completion bash)\n  source <(pravega completion zsh)\n  pravega completion fish | source',
  },
})
