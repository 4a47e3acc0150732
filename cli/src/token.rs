//! `token`: gets a token and prints it.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use managed_identity_core::{Error, RetryCause};
use managed_identity_reqwest::ManagedIdentityClient;

use crate::arguments::TokenArguments;
use crate::failure::Failure;
use crate::output::{self, Presentation};
use crate::source::Origin;
use crate::time::{now, wait};

pub(crate) fn execute(arguments: TokenArguments) -> Result<(), Failure> {
    let terminal = io::stdout().is_terminal();
    let presentation = Presentation::choose(arguments.output, terminal, arguments.simulate.is_some())?;
    let resource = arguments.audience.resource().map_err(Error::from)?;
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
    if io::stderr().is_terminal() {
        client = client.on_retry(show_wait);
    }
    let client = client.build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let token = runtime.block_on(client.get_token(&resource))?;
    output::print(presentation.render(&token, now()).as_bytes())
}

fn show_wait(delay: Duration, cause: RetryCause) {
    eprintln!("waiting {}: {cause}", wait(delay));
}
