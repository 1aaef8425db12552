# bash completion for lapicque. Subcommands, options and their values are those that the program's --help shows.

_lapicque() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} help values
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    help=$("$program" --help 2>/dev/null)
    COMPREPLY=($(compgen -W "$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help") --help --version" -- "$current"))
    return
  fi
  help=$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null) || return
  if [[ $previous == --* ]]; then
    # A list of words, as in "--format csv|json [csv]"; FIGURE.png|.svg|.pdf is a file.
    values=$(sed -n "s/^  $previous \([a-z0-9|-]*|[a-z0-9|-]*\).*/\1/p" <<<"$help")
    if [[ -n $values ]]; then
      COMPREPLY=($(compgen -W "${values//|/ }" -- "$current"))
      return
    fi
  fi
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(sed -n 's/^  \(-h,\)\{0,1\}\(--[a-z-]*\).*/\2/p' <<<"$help")" -- "$current"))
  fi
}
complete -o default -F _lapicque lapicque
