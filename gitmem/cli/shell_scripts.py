"""What bash, zsh and fish need in order to ask gitmem for completions.

The shell hands over the words, one a line, by ``gitmem complete-words``; what comes back is a line
for each candidate, with a tab and a description behind it where there is one.  Nothing that comes
back is evaluated by the shell.
"""

_BASH = r"""
_gitmem_candidates() { # the words before the one to complete, and that one
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(command gitmem complete-words -- "$@" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
    # bash cuts words at : and =, and puts a candidate in the place of the last piece.
    local word=${!#} index
    if [[ $word == *[:=]* && $COMP_WORDBREAKS == *:* ]]; then
        local before=${word%"${word##*[:=]}"}
        for index in "${!COMPREPLY[@]}"; do
            COMPREPLY[index]=${COMPREPLY[index]#"$before"}
        done
    fi
    for index in "${!COMPREPLY[@]}"; do
        printf -v "COMPREPLY[$index]" %q "${COMPREPLY[index]}"
    done
}
_gitmem_words() { # how many words to skip; what is typed, cut at spaces only
    local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n'
    local -a words
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    _gitmem_candidates "${words[@]:$1}"
}
_gitmem() { _gitmem_words 1; }
_git_mem() { # git's own completion calls it behind `git mem`
    local -a words=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
    local index
    for index in "${!words[@]}"; do
        if [[ ${words[index]} == mem ]]; then
            _gitmem_candidates "${words[@]:index+1}"
            return
        fi
    done
}
complete -o default -F _gitmem gitmem git-mem
"""

_ZSH = r"""
_gitmem() {
    local -a values shown
    local line value words_before
    words_before=("${(@Q)words[2,CURRENT]}")
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        values+=("$value")
        [[ $line == *$'\t'* ]] && value+="  -- ${line#*$'\t'}"
        shown+=("$value")
    done < <(command gitmem complete-words -- "${words_before[@]}" 2>/dev/null)
    (( ${#values} )) || return 1
    local -a folders names folders_shown names_shown
    integer index
    for (( index = 1; index <= ${#values}; index++ )); do
        if [[ ${values[index]} == */ ]]; then
            folders+=("${values[index]}"); folders_shown+=("${shown[index]}")
        else
            names+=("${values[index]}"); names_shown+=("${shown[index]}")
        fi
    done
    (( ${#names} )) && compadd -l -V gitmem -d names_shown -a names
    (( ${#folders} )) && compadd -S '' -l -V gitmem-folders -d folders_shown -a folders
    return 0
}
_git-mem() { _gitmem "$@" }
if (( $+functions[compdef] )); then
    compdef _gitmem gitmem git-mem
    zstyle ':completion:*:*:git:*' user-commands mem:'the memory of coding agents'
fi
"""

_FISH = r"""
function __gitmem_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -e words[1]
    command gitmem complete-words -- $words 2>/dev/null
end
function __gitmem_after_git
    set -l words (commandline -opc)
    contains -- mem $words
end
function __gitmem_git_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- mem $words)
    or return
    set -e words[1..$at]
    command gitmem complete-words -- $words 2>/dev/null
end
complete -c gitmem -f -k -a '(__gitmem_candidates)'
complete -c git-mem -f -k -a '(__gitmem_candidates)'
complete -c git -n __gitmem_after_git -f -k -a '(__gitmem_git_candidates)'
complete -c git -n __fish_use_subcommand -f -a mem -d 'The memory of coding agents'
"""

SCRIPTS = {"bash": _BASH.strip(), "zsh": _ZSH.strip(), "fish": _FISH.strip()}
"""The script for each shell."""
