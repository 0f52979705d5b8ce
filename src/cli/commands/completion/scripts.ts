// Each asks the program itself, so that a script never falls behind the commands. A candidate's line is its value,
// then, after a tab, what it is.

const bash = `# bash completion of holdfast
_holdfast() {
  local line=$COMP_LINE value current head i
  local -a words=()
  # bash takes claude:1f and --plan=x for several words; here they are one again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i == 0)) || [[ $line == [[:space:]]* ]]; then
      while [[ $line == [[:space:]]* ]]; do line=\${line:1}; done
      words+=("\${COMP_WORDS[i]}")
    else
      words[\${#words[@]} - 1]+=\${COMP_WORDS[i]}
    fi
    line=\${line:\${#COMP_WORDS[i]}}
  done
  current=\${COMP_WORDS[COMP_CWORD]}
  [[ $current == [:=] ]] && current=
  head=\${words[\${#words[@]} - 1]%"$current"}
  words[\${#words[@]} - 1]=$head\${current#[\\"\\']}
  COMPREPLY=()
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    COMPREPLY+=("\${value#"$head"}")
  done < <(holdfast __complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
}
complete -o default -F _holdfast holdfast
`;

const zsh = `#compdef holdfast
_holdfast() {
  local line value
  local -a candidates
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done < <(holdfast __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe holdfast candidates
}
compdef _holdfast holdfast
`;

const fish = `# fish completion of holdfast
function __holdfast_complete
    set -l tokens (commandline -opc) (commandline -ct)
    holdfast __complete -- $tokens[2..-1] 2>/dev/null
end
complete -c holdfast -f -a '(__holdfast_complete)'
`;

export const scripts = { bash, zsh, fish } as const;
