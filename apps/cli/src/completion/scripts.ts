// Each script hands the words of the command line to `pravega __complete` and shows what comes back: a completion, a tab,
// what it means. Where nothing comes back the shell completes file names.

const bash = `# bash completion for pravega
_pravega() {
  local line=\${COMP_LINE:0:COMP_POINT} words cur completion brief
  # Not COMP_WORDS: bash breaks those at every colon, and so every URI.
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  cur=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  while IFS=$'\\t' read -r completion brief; do
    COMPREPLY+=("$completion")
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace; fi
}
complete -o default -F _pravega pravega
`

const zsh = `#compdef pravega
_pravega() {
  local -a described nospace
  local completion brief
  while IFS=$'\\t' read -r completion brief; do
    if [[ $completion == */ ]]; then nospace+=("$completion"); else described+=("\${completion//:/\\\\:}:$brief"); fi
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#nospace} )) && compadd -S '' -a nospace
  if (( \${#described} )); then
    _describe pravega described
  elif (( ! \${#nospace} )); then
    _files
  fi
}
if [[ $funcstack[1] == _pravega ]]; then _pravega "$@"; else compdef _pravega pravega; fi
`

const fish = `# fish completion for pravega
function __pravega_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c pravega -f -a '(__pravega_complete)'
complete -c pravega -n 'not count (__pravega_complete) >/dev/null' -F
`

export const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', string>> = { bash, zsh, fish }
