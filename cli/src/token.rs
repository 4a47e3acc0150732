//! `token`: gets a token and prints it.

use std::io::{self, IsTerminal as _};

use managed_identity_core::{AccessToken, CredentialKind, Error};
use managed_identity_reqwest::ManagedIdentityClient;

use crate::arguments::{CredentialChoice, TokenArguments};
use crate::credential;
use crate::failure::Failure;
use crate::output::{self, Presentation};
use crate::patience::show_waits;
use crate::runtime::block_on;
use crate::source::Origin;
use crate::time::now;

pub(crate) fn execute(arguments: TokenArguments) -> Result<(), Failure> {
    let terminal = io::stdout().is_terminal();
    let presentation = Presentation::choose(arguments.output, terminal, arguments.simulate.is_some())?;
    let resource = arguments.audience.resource().map_err(Error::from)?;
    let choice = arguments.credential.or_else(|| credential::of_simulated(arguments.simulate?));
    let (token, is_chosen) = match choice {
        None | Some(CredentialChoice::MANAGED_IDENTITY) => (managed_identity(&resource, arguments)?, choice.is_some()),
        Some(choice) => (credential::token(choice, &resource, arguments)?, true),
    };
    let credential = is_chosen.then(|| CredentialKind::of(token.source()));
    output::print(presentation.render(&token, credential, now()).as_bytes())
}

fn managed_identity(resource: &str, arguments: TokenArguments) -> Result<AccessToken, Failure> {
    let origin = match arguments.simulate {
        Some(kind) => Origin::simulated(kind)?,
        None => Origin::of_host(&arguments.source)?,
    };
    let identity = arguments.identity.into_identity(&managed_identity_fs::environment()).map_err(Error::from)?;
    let patience = &arguments.patience;
    let mut client =
        ManagedIdentityClient::builder().source(origin.source.clone()).identity(identity).time_budget(patience.timeout);
    if patience.fail_fast {
        client = client.fail_fast();
    }
    if let Some(limit) = patience.connect_timeout {
        client = client.connect_timeout(limit);
    }
    if let Some(certificate) = &origin.root_certificate {
        client = client.root_certificate(certificate.as_slice());
    }
    if let Some(hook) = show_waits() {
        client = client.on_retry(hook);
    }
    let client = client.build()?;
    Ok(block_on(client.get_token(resource))??)
}
