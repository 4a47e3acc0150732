//! A credential provider of cargo.
//!
//! <https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html>

use std::io::{self, BufRead as _};

use serde::{Deserialize, Serialize};

use super::arguments::{CargoArguments, HelperCommand};
use super::hosts::{DEVOPS, DEVOPS_RESOURCE, authority};
use super::tokens::token;
use crate::failure::Failure;
use crate::json::json_line;
use crate::output::print;

/// The one argument that cargo starts a provider with; those of its configuration come with each request.
pub(crate) const PLUGIN: &str = "--cargo-plugin";
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Hello {
    v: [u32; 1],
}

#[derive(Deserialize)]
struct Request {
    v: u32,
    kind: String,
    registry: Registry,
    #[serde(default)]
    args: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Registry {
    index_url: String,
}

#[derive(Serialize)]
enum Answer {
    Ok(Granted),
    Err(Refused),
}

#[derive(Serialize)]
struct Granted {
    kind: &'static str,
    token: String,
    cache: &'static str,
    expiration: u64,
    operation_independent: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Refused {
    UrlNotSupported,
    OperationNotSupported,
    Other { message: String },
}

/// Answers cargo's requests until it has no more. `parsed` understands the arguments of cargo's configuration.
pub(crate) fn serve(parsed: impl Fn(Vec<String>) -> Result<HelperCommand, String>) -> Result<(), Failure> {
    print(json_line(&Hello { v: [VERSION] }).as_bytes())?;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|cause| Failure::Usage {
            message: format!("cannot read what cargo writes: {cause}"),
            next_step: "let cargo start this program: see managed-identity helper cargo --help",
        })?;
        let answer = match answer(&line, &parsed) {
            Ok(granted) => Answer::Ok(granted),
            Err(refused) => Answer::Err(refused),
        };
        print(json_line(&answer).as_bytes())?;
    }
    Ok(())
}

/// That cargo has to start it.
pub(super) fn started_by_hand() -> Failure {
    Failure::Usage {
        message: "helper cargo is started by cargo".to_owned(),
        next_step: "set it up as managed-identity helper cargo --help says",
    }
}

fn answer(line: &str, parsed: impl Fn(Vec<String>) -> Result<HelperCommand, String>) -> Result<Granted, Refused> {
    let other = |message: &str| Refused::Other { message: message.to_owned() };
    let request: Request = serde_json::from_str(line).map_err(|_| other("the request is not understood"))?;
    if request.v != VERSION || request.kind != "get" {
        return Err(Refused::OperationNotSupported);
    }
    let arguments = match parsed(request.args) {
        Ok(HelperCommand::Cargo(arguments)) => arguments,
        Ok(_) => return Err(other("the provider's arguments have to begin with helper cargo")),
        Err(message) => return Err(Refused::Other { message }),
    };
    granted(&request.registry.index_url, &arguments)
}

fn granted(index_url: &str, arguments: &CargoArguments) -> Result<Granted, Refused> {
    let index_url = index_url.strip_prefix("sparse+").unwrap_or(index_url);
    if !authority(index_url).is_some_and(|it| arguments.hosts.allow(it, DEVOPS)) {
        return Err(Refused::UrlNotSupported);
    }
    let token = token(&arguments.credential, DEVOPS_RESOURCE).map_err(|failure| {
        let (message, next_step) = failure.told();
        let next_step = next_step.map(|it| format!(". Next step: {it}")).unwrap_or_default();
        Refused::Other { message: format!("{message}{next_step}") }
    })?;
    Ok(Granted {
        kind: "get",
        // It becomes the header as it is.
        token: format!("Bearer {}", token.secret()),
        cache: "expires",
        expiration: token.expires_on().as_secs(),
        operation_independent: true,
    })
}
