// Each asks the program itself, so that a script never falls behind the commands. A candidate's line is its value,
// then, after a tab, what it is.

const bash = `# bash completion of holdfast
_holdfast() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(holdfast __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
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
