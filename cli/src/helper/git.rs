//! A credential helper of git.
//!
//! <https://git-scm.com/docs/git-credential>

use std::io::{self, Read as _};

use super::arguments::GitArguments;
use super::hosts::{DEVOPS, DEVOPS_RESOURCE};
use super::tokens::token;
use crate::failure::Failure;
use crate::output::print;

/// More than git ever writes.
const MAX_INPUT: u64 = 1024 * 1024;
/// Any name is as good.
const USER: &str = "managed-identity";

pub(super) fn execute(arguments: &GitArguments) -> Result<(), Failure> {
    match arguments.operation.as_str() {
        "get" => get(arguments),
        "capability" => print(b"version 0\ncapability authtype\n"),
        // Nothing is stored, so nothing has to be erased; what is not known yet is passed over as git wants it.
        _ => Ok(()),
    }
}

fn get(arguments: &GitArguments) -> Result<(), Failure> {
    let mut input = Vec::new();
    io::stdin().take(MAX_INPUT).read_to_end(&mut input).map_err(|cause| Failure::Usage {
        message: format!("cannot read what git writes: {cause}"),
        next_step: "let git start this program: see managed-identity helper git --help",
    })?;
    // A path may be in whichever encoding; it does not count.
    let input = String::from_utf8_lossy(&input);
    let asked = Asked::of(&input);
    if asked.protocol != "https" || !arguments.hosts.allow(asked.host, DEVOPS) {
        // Another helper may know it.
        return Ok(());
    }
    let token = token(&arguments.credential, DEVOPS_RESOURCE)?;
    let (secret, until) = (token.secret(), token.expires_on().as_secs());
    let answer = if asked.takes_bearer {
        format!(
            "capability[]=authtype\nauthtype=Bearer\ncredential={secret}\nephemeral=true\npassword_expiry_utc={until}\n\n"
        )
    } else {
        format!("username={USER}\npassword={secret}\npassword_expiry_utc={until}\n\n")
    };
    print(answer.as_bytes())
}

/// What git asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked<'a> {
    protocol: &'a str,
    /// With the port, if there is one.
    host: &'a str,
    /// Whether it understands credentials that are no passwords.
    takes_bearer: bool,
}

impl<'a> Asked<'a> {
    fn of(input: &'a str) -> Self {
        let mut asked = Self::default();
        for (key, value) in input.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once('=')) {
            match key {
                "protocol" => asked.protocol = value,
                "host" => asked.host = value,
                "capability[]" if value == "authtype" => asked.takes_bearer = true,
                _ => {}
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn what_git_asks_for_is_read_to_the_blank_line() {
        let input =
            "protocol=https\nhost=dev.azure.com\ncapability[]=state\ncapability[]=authtype\nnonsense\n\nhost=other\n";
        let expected = Asked { protocol: "https", host: "dev.azure.com", takes_bearer: true };
        assert_eq!(Asked::of(input), expected);
        assert_eq!(Asked::of(""), Asked::default());
    }
}
