# fish completion for lapicque. Subcommands and options are those that the program's --help shows.

function __lapicque_options
    set -l words (commandline -opc)
    $words[1] $words[2..2] --help 2>/dev/null | sed -n 's/^  \(-h,\)\{0,1\}\(--[a-z-]*\).*/\2/p'
end
function __lapicque_subcommands
    lapicque --help 2>/dev/null | sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p'
end
complete -c lapicque -n __fish_use_subcommand -f -a '(__lapicque_subcommands)'
complete -c lapicque -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__lapicque_options)'
