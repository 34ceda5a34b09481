# fish completion for matinee. Nothing is listed here: commands and options are read from its own help.

function __matinee_commands
    matinee help 2>/dev/null | string match -rg '^  ([a-z]+) +(.*)$' | paste -d '\t' - -
end

function __matinee_arguments
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l help (matinee $tokens[2] --help 2>/dev/null)
    or return
    # `  --certs DIR  …` says what --certs takes.
    set -l kind (string match -rg -- "^  "(string escape --style=regex -- $tokens[-1])' ([A-Z][A-Z:=]*)(?: |$)' $help)
    if test -z "$kind"; and string match -q -- '-*' $current
        string replace -rf -- '^  (--[a-z-]+) ?(?:[A-Z][A-Z:=]*)?(?: +(.*))?$' '$1\t$2' $help
        return
    end
    if test -z "$kind"
        # The usage, without the options and the name: what is left are arguments.
        set kind (printf '%s\n' $help | sed '/^$/q' | string replace -ra -- 'usage: matinee [a-z]*|--[a-z-]* [A-Z:=]*|--[a-z-]*' '')
    end
    switch "$kind"
        case '*DIR*' '*CAPSULE*'
            __fish_complete_directories $current ''
        case '*FILE*'
            __fish_complete_path $current
        case '*ACTION*'
            string match -rg -- '^  ([a-z]+) ' $help
    end
end

complete -c matinee -f
complete -c matinee -n __fish_use_subcommand -a '(__matinee_commands)'
complete -c matinee -n 'not __fish_use_subcommand' -a '(__matinee_arguments)'
