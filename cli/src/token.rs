//! `token`: gets a token and prints it.

use std::io::{self, IsTerminal as _};

use managed_identity_core::{CredentialKind, Error};

use crate::arguments::{TokenArguments, TokenPart};
use crate::credential::Credential;
use crate::failure::Failure;
use crate::output::{self, Presentation};
use crate::time::now;

pub(crate) fn execute(arguments: &TokenArguments) -> Result<(), Failure> {
    let terminal = io::stdout().is_terminal();
    let is_simulated = arguments.credential.simulate.is_some();
    let presentation = Presentation::choose(arguments.output, terminal, is_simulated)?;
    let resource = arguments.audience.resource().map_err(Error::from)?;
    let credential = Credential::of(&arguments.credential)?;
    let token = credential.token_unless_ended(&resource)?;
    let text = match arguments.show {
        Some(TokenPart::Claims) => output::claims(&token)?,
        None => {
            let kind = credential.is_chosen.then(|| CredentialKind::of(token.source()));
            presentation.render(&token, kind, now())
        }
    };
    output::print(text.as_bytes())
}
