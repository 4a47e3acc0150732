//! A credential helper of docker, for registries that give a token of their own for one of Microsoft Entra.
//!
//! <https://github.com/docker/docker-credential-helpers>

use std::io::{self, Read as _};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::arguments::{DockerArguments, DockerOperation};
use super::hosts::{REGISTRIES, authority};
use super::tokens::token;
use crate::cause::innermost;
use crate::claims::Claims;
use crate::failure::{Failure, ServiceFailure};
use crate::json::json_line;
use crate::mender::Mender;
use crate::output::print;
use crate::runtime::block_on;

/// Longer than any address.
const MAX_INPUT: u64 = 4096;
/// What docker compares, to the letter, to tell an unknown registry from a failure.
const NOT_FOUND: &str = "credentials not found in native keychain\n";
/// The name of whoever comes with a token.
const USER: &str = "00000000-0000-0000-0000-000000000000";
const RESOURCE: &str = "https://containerregistry.azure.net";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'static str,
    secret: &'a str,
}

/// What a registry gives in exchange.
#[derive(Deserialize)]
struct Exchanged {
    refresh_token: String,
}

pub(super) fn execute(arguments: &DockerArguments) -> Result<ExitCode, Failure> {
    match arguments.operation {
        DockerOperation::Get => get(arguments),
        DockerOperation::Store | DockerOperation::Erase => Ok(ExitCode::SUCCESS),
        DockerOperation::List => print(b"{}\n").map(|()| ExitCode::SUCCESS),
    }
}

fn get(arguments: &DockerArguments) -> Result<ExitCode, Failure> {
    let mut input = String::new();
    io::stdin().take(MAX_INPUT).read_to_string(&mut input).map_err(|cause| Failure::Usage {
        message: format!("cannot read what docker writes: {cause}"),
        next_step: "let docker start this program: see managed-identity helper docker --help",
    })?;
    let server_url = input.trim();
    // Docker says the host alone, or an address.
    let server = authority(server_url).unwrap_or(server_url);
    if !arguments.hosts.allow(server, REGISTRIES) {
        print(NOT_FOUND.as_bytes())?;
        return Ok(ExitCode::FAILURE);
    }
    let token = token(&arguments.credential, RESOURCE)?;
    let claims = Claims::of(token.secret());
    let tenant = claims.as_ref().and_then(|it| it.text("tid")).unwrap_or_default();
    let exchanged = block_on(exchange(server, tenant, token.secret(), arguments))??;
    let answer = Credentials { server_url, username: USER, secret: &exchanged.refresh_token };
    print(json_line(&answer).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

async fn exchange(server: &str, tenant: &str, token: &str, arguments: &DockerArguments) -> Result<Exchanged, Failure> {
    let failed = |mender, message: String, next_step: &str, status| {
        Failure::Service(Box::new(ServiceFailure { message, next_step: next_step.to_owned(), mender, status }))
    };
    let unreachable = |cause: reqwest::Error| {
        failed(
            Mender::Host,
            format!("no answer from the registry {server}: {}", innermost(&cause)),
            "check the registry's name, the firewall and HTTPS_PROXY",
            None,
        )
    };
    let form = [("grant_type", "access_token"), ("service", server), ("tenant", tenant), ("access_token", token)];
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(arguments.credential.patience.timeout)
        .build()
        .map_err(unreachable)?;
    let request = client.post(format!("https://{server}/oauth2/exchange"));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(unreachable)?;
    if status != 200 {
        let next_step = match status {
            401 | 403 => "give the identity the role AcrPull or AcrPush on the registry, then wait some minutes",
            _ => "check the registry's name, then try again later",
        };
        return Err(failed(
            Mender::Service,
            format!("the registry {server} answered {status}"),
            next_step,
            Some(status),
        ));
    }
    serde_json::from_slice(&body).map_err(|_| {
        let message = format!("the registry {server} gave no token of its own");
        failed(Mender::Service, message, "check that it is an Azure Container Registry", Some(status))
    })
}
