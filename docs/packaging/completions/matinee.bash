# bash completion for matinee. Nothing is listed here: commands and options are read from its own help.
_matinee() {
    local matinee=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local help='' kind='' words=''
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="--help --version $("$matinee" help 2>/dev/null | awk '/^  [a-z]/ { print $1 }')"
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        return
    fi
    help=$("$matinee" "${COMP_WORDS[1]}" --help 2>/dev/null) || return
    # `  --certs DIR  …` says what --certs takes.
    kind=$(awk -v option="$prev" '$1 == option && $2 ~ /^[A-Z][A-Z:=]*$/ { print $2 }' <<<"$help")
    if [ -z "$kind" ] && [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(awk '/^  --/ { print $1 }' <<<"$help")" -- "$cur")
        return
    fi
    if [ -z "$kind" ]; then
        # The usage, without the options and the name: what is left are arguments.
        kind=$(sed '/^$/q' <<<"$help" | sed 's/usage: matinee [a-z]*//; s/--[a-z-]* [A-Z:=]*//g; s/--[a-z-]*//g')
    fi
    case $kind in
    *DIR* | *CAPSULE*) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    *FILE*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *ACTION*)
        mapfile -t COMPREPLY < <(compgen -W "$(awk '/^  [a-z]/ { print $1 }' <<<"$help")" -- "$cur")
        return
        ;;
    *) return ;;
    esac
    compopt -o filenames 2>/dev/null
}
complete -F _matinee matinee
