//! `completions`: scripts by which shells complete the program's options.

use clap_complete::Shell;

/// How bash's script calls a program whose name has a hyphen where it goes on to a subcommand, and where it looks for that:
/// the two differ in `clap_complete` 4.6, so that nothing is completed after a subcommand
/// (<https://github.com/clap-rs/clap/issues/6421>).
const LOOKED_FOR: &str = "managed__subcmd__identity";
const CALLED: &str = "managed__identity";

/// The script for this shell.
pub(crate) fn script(shell: Shell, command: &mut clap::Command) -> Vec<u8> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, command, name, &mut script);
    match (shell, String::from_utf8(script)) {
        (Shell::Bash, Ok(script)) => script.replace(LOOKED_FOR, CALLED).into_bytes(),
        (_, Ok(script)) => script.into_bytes(),
        (_, Err(script)) => script.into_bytes(),
    }
}
