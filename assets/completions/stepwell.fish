# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_stepwell_global_optspecs
    string join \n d/deployment= catalogue= system= to= from= tag= force accept= window= pace= secret= json plain ascii color= motion= foreground record= h/help V/version
end

function __fish_stepwell_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_stepwell_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_stepwell_using_subcommand
    set -l cmd (__fish_stepwell_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c stepwell -n "__fish_stepwell_needs_command" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_needs_command" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_needs_command" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_needs_command" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_needs_command" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_needs_command" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_needs_command" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_needs_command" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_needs_command" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_needs_command" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_needs_command" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_needs_command" -s V -l version -d 'Print version'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "wizard" -d 'The wizard (the same as no command)'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "demo" -d 'A sample deployment with an embedded database, and the wizard on it'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "notes" -d 'The release notes on the path; changes nothing'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "check" -d 'The checks: PASS, WARN, FAIL, SKIP and counts; changes nothing'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "plan" -d 'The plan, as a guide to read; changes nothing'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "run" -d 'Upgrade without the wizard; a new run needs --yes or --plan-hash'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "status" -d 'What an upgrade does, how far it is, whether the service is up, what to type next'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "history" -d 'This deployment\'s runs'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "report" -d 'A run as Markdown, for a ticket or a change record; changes nothing'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "attach" -d 'Back to a run that is going on'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "pause" -d 'Pause a run at its next safe point'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "go" -d 'Let a paused run go on'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "pace" -d 'Change how hard the batches of a run press on the database'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "stop" -d 'Stop a run at its next safe point; it can go on later'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "abandon" -d 'End an unfinished run where it stands; what was done stays done'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "guard" -d 'Before a service start: start CMD if the data fit its program, upgrade first if that may happen by itself, otherwise refuse'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "restore" -d 'Put a run\'s backup back: everything since is lost'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "takeover" -d 'Take the lease from a runner of another host that is gone'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "forget" -d 'Remove Stepwell\'s tables from the stores; with --force also while a run is not finished'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "lint" -d 'Check definitions of systems for mistakes'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "new" -d 'A catalogue to begin with, for a system of your own'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "schema" -d 'JSON Schemas of definitions and deployment files, for editors; without a name, those that there are'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "record" -d 'A recording of the wizard, from a script'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "completions" -d 'A script that completes commands and options in a shell'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "man" -d 'Manual pages, one for each command'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "import" -d 'Make definitions of those that another program has'
complete -c stepwell -n "__fish_stepwell_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand wizard" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l dir -d 'Where the sample deployment is made, or found again' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l rows -d 'How many secrets it holds' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l build-only -d 'Make the deployment, print its path, open nothing'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand notes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l out -d 'Write it to a file as well, as JSON' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l plan-hash -d 'Approve only the plan with this hash' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l answer -d 'Answer a question of the plan' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l skip-maintenance -d 'Do not enter maintenance, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l yes -d 'Approve the plan, the notes as read, and the version bump'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l allow-irreversible -d 'Go past points of no return'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l defaults -d 'Answer questions that have a default with it'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l speed -d 'So many times as fast as it was' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l replay -d 'Play it back on the run screen instead'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand attach" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand go" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand pace" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand abandon" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand guard" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l yes -d 'Do it without asking'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand takeover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l yes -d 'Do it without asking'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l out -d 'The folder that is made; named after the system when not given' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l out -d 'Write them to this folder' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l out -d 'Where it is written: .cast for asciinema, .svg moves by itself, .txt has the last screen; may be repeated' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l live -d 'Do it all on the deployment, and keep its run for recordings'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -f -a "acapy" -d 'ACA-Py\'s default_version_upgrade_config.yml; --to adds a version that it does not list'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and not __fish_seen_subcommand_from acapy help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l out -d 'The folder that is made' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -s d -l deployment -d 'The deployment file' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l catalogue -d 'More definitions: a folder with one folder for each system' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l system -d 'The system that is deployed here, for the set-up of a deployment' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l to -d 'The version to upgrade to; the newest one when not given' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l from -d 'The version that is deployed, where the data leave it open; with --force against what they say' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l tag -d 'Run this action alone, without an upgrade and its version; may be repeated, needs --force' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l accept -d 'Go on although a check warns, and say why' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l window -d 'Begin steps between these hours only, in this host\'s time' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l pace -d 'How hard batches press on the database: gentle, normal or full' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l secret -d 'A secret from a file' -r
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l color -d 'Colours: 16 of them, or none; none by default where NO_COLOR is set' -r -f -a "auto\t'As `NO_COLOR` says'
never\t''
16\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l motion -d 'How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1' -r -f -a "full\t''
reduced\t''
off\t''"
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l record -d 'Write down what the screens show, for asciinema; no keys, and no secrets' -r -F
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l force -d 'Let --from override what was found, --tag run, and forget end an unfinished run'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l json -d 'One JSON document, or one event a line'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l plain -d 'Whole lines and numbered questions instead of screens'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l ascii -d 'Draw with ASCII signs only'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -l foreground -d 'Run the steps in this process instead of one that outlives the terminal'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from acapy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from help" -f -a "acapy" -d 'ACA-Py\'s default_version_upgrade_config.yml; --to adds a version that it does not list'
complete -c stepwell -n "__fish_stepwell_using_subcommand import; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "wizard" -d 'The wizard (the same as no command)'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "demo" -d 'A sample deployment with an embedded database, and the wizard on it'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "notes" -d 'The release notes on the path; changes nothing'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "check" -d 'The checks: PASS, WARN, FAIL, SKIP and counts; changes nothing'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "plan" -d 'The plan, as a guide to read; changes nothing'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "run" -d 'Upgrade without the wizard; a new run needs --yes or --plan-hash'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "status" -d 'What an upgrade does, how far it is, whether the service is up, what to type next'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "history" -d 'This deployment\'s runs'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "report" -d 'A run as Markdown, for a ticket or a change record; changes nothing'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "attach" -d 'Back to a run that is going on'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "pause" -d 'Pause a run at its next safe point'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "go" -d 'Let a paused run go on'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "pace" -d 'Change how hard the batches of a run press on the database'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "stop" -d 'Stop a run at its next safe point; it can go on later'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "abandon" -d 'End an unfinished run where it stands; what was done stays done'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "guard" -d 'Before a service start: start CMD if the data fit its program, upgrade first if that may happen by itself, otherwise refuse'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "restore" -d 'Put a run\'s backup back: everything since is lost'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "takeover" -d 'Take the lease from a runner of another host that is gone'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "forget" -d 'Remove Stepwell\'s tables from the stores; with --force also while a run is not finished'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "lint" -d 'Check definitions of systems for mistakes'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "new" -d 'A catalogue to begin with, for a system of your own'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "schema" -d 'JSON Schemas of definitions and deployment files, for editors; without a name, those that there are'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "record" -d 'A recording of the wizard, from a script'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "completions" -d 'A script that completes commands and options in a shell'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "man" -d 'Manual pages, one for each command'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "import" -d 'Make definitions of those that another program has'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and not __fish_seen_subcommand_from wizard demo notes check plan run status history report attach pause go pace stop abandon guard restore takeover forget lint new schema record completions man import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stepwell -n "__fish_stepwell_using_subcommand help; and __fish_seen_subcommand_from import" -f -a "acapy" -d 'ACA-Py\'s default_version_upgrade_config.yml; --to adds a version that it does not list'
