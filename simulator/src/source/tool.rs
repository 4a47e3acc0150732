//! Developer tools: a small program in `PATH` hands its arguments to the simulator and writes what it answers.

use std::collections::BTreeMap;

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;

use super::dialect::{Dialect, Refusal, Service};
use super::tool_programs;
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::request::Request;
use crate::tls::{TrustedCertificate, temporary_folder};
use crate::token::IssuedToken;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cli,
    DeveloperCli,
    PowerShell,
}

impl Kind {
    /// The name of its program.
    const fn program(self) -> &'static str {
        match self {
            Self::Cli => "az",
            Self::DeveloperCli => "azd",
            Self::PowerShell => "pwsh",
        }
    }
}

pub(super) struct Tool {
    kind: Kind,
    /// Whether it is a version from before what clients need.
    is_old: bool,
    tenant_id: String,
    /// The folder of its program and of those that are not there.
    folder: TempDir,
}

/// What is asked for.
struct Wish<'a> {
    resource: &'a str,
    tenant: Option<&'a str>,
}

impl Tool {
    pub(super) fn new(kind: Kind, is_old: bool, service: &Service) -> Result<Self, SimulatorError> {
        Ok(Self { kind, is_old, tenant_id: service.issuer.tenant_id().to_owned(), folder: temporary_folder()? })
    }

    fn wish<'a>(&self, request: &'a Request) -> Result<Wish<'a>, Refusal> {
        let arguments: Vec<&str> =
            request.form.iter().filter(|(name, _)| name == "argument").map(|(_, value)| value.as_str()).collect();
        match self.kind {
            Kind::Cli => azure_cli(&arguments),
            Kind::DeveloperCli => azure_developer_cli(&arguments),
            Kind::PowerShell => {
                let resource = request.field("resource").ok_or_else(|| usage("no resource was asked for"))?;
                Ok(Wish { resource, tenant: request.field("tenant") })
            }
        }
    }

    fn document(&self, token: &IssuedToken) -> Result<Value, Refusal> {
        let end = i64::try_from(token.expires_on).ok().and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
        let end = end.ok_or_else(|| usage("the token ends after all time"))?;
        let (date, (hour, minute, second)) = (end.date(), end.time().as_hms());
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        Ok(match self.kind {
            // Before 2.54.0 there was the local time only.
            Kind::Cli if self.is_old => json!({
                "accessToken": token.access_token,
                "expiresOn": format!("{date} {time}.000000"),
                "subscription": "55555555-5555-4555-8555-555555555555",
                "tenant": self.tenant_id,
                "tokenType": "Bearer",
            }),
            Kind::Cli => json!({
                "accessToken": token.access_token,
                "expiresOn": format!("{date} {time}.000000"),
                "expires_on": token.expires_on,
                "subscription": "55555555-5555-4555-8555-555555555555",
                "tenant": self.tenant_id,
                "tokenType": "Bearer",
            }),
            Kind::DeveloperCli => json!({ "token": token.access_token, "expiresOn": format!("{date}T{time}Z") }),
            Kind::PowerShell => json!({ "token": token.access_token, "expires_on": token.expires_on }),
        })
    }
}

/// `az account get-access-token`, with the options that clients use.
fn azure_cli<'a>(arguments: &[&'a str]) -> Result<Wish<'a>, Refusal> {
    let ["account", "get-access-token", options @ ..] = arguments else {
        return Err(usage("only account get-access-token is simulated"));
    };
    let options = pairs(options)?;
    let option = |names: &[&str]| options.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| *value);
    let known = ["--output", "-o", "--resource", "--scope", "--tenant", "-t", "--subscription", "-s"];
    if let Some((name, _)) = options.iter().find(|(name, _)| !known.contains(name)) {
        return Err(usage(format!("unrecognized arguments: {name}")));
    }
    let tenant = option(&["--tenant", "-t"]);
    if tenant.is_some() && option(&["--subscription", "-s"]).is_some() {
        return Err(usage("Please specify only one of subscription and tenant, not both"));
    }
    let scope = option(&["--scope"]).map(|scope| scope.strip_suffix("/.default").unwrap_or(scope));
    let resource = option(&["--resource"]).or(scope).unwrap_or("https://management.core.windows.net/");
    Ok(Wish { resource, tenant })
}

/// `azd auth token`, with the options that clients use.
fn azure_developer_cli<'a>(arguments: &[&'a str]) -> Result<Wish<'a>, Refusal> {
    let ["auth", "token", options @ ..] = arguments else {
        return Err(usage("only auth token is simulated"));
    };
    let options: Vec<&str> = options.iter().copied().filter(|option| *option != "--no-prompt").collect();
    let options = pairs(&options)?;
    let option = |name: &str| options.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
    let known = ["--output", "-o", "--scope", "--tenant-id"];
    if let Some((name, _)) = options.iter().find(|(name, _)| !known.contains(name)) {
        return Err(usage(format!("unknown flag: {name}")));
    }
    let scope = option("--scope").unwrap_or("https://management.azure.com/.default");
    let resource = scope.strip_suffix("/.default").ok_or_else(|| usage("the scope has no /.default"))?;
    Ok(Wish { resource, tenant: option("--tenant-id") })
}

/// Options with a value each.
fn pairs<'a>(options: &[&'a str]) -> Result<Vec<(&'a str, &'a str)>, Refusal> {
    let (pairs, rest) = options.as_chunks::<2>();
    match rest {
        [] => Ok(pairs.iter().map(|[name, value]| (*name, *value)).collect()),
        _ => Err(usage("an option has no value")),
    }
}

fn usage(message: impl Into<String>) -> Refusal {
    Refusal::bad_request("usage", message)
}

impl Dialect for Tool {
    fn environment(&self, _: &str, _: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let path = tool_programs::search_path(self.folder.path());
        BTreeMap::from([("AZURE_TOKEN_CREDENTIALS".to_owned(), "dev".to_owned()), ("PATH".to_owned(), path)])
    }

    fn serves_at(&self, base_url: &str) -> Result<(), SimulatorError> {
        tool_programs::write(self.folder.path(), self.kind.program(), base_url)
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        if request.method != Method::POST || !request.is_for(&format!("/{}", self.kind.program())) {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "not_found", "only the simulated tool asks here"));
        }
        let wish = self.wish(request)?;
        if self.is_old && self.kind == Kind::PowerShell {
            // What the client's script says where the module Az.Accounts is not new enough for it.
            return Err(Refusal::bad_request("module", "NO_AZ_ACCOUNTS_MODULE"));
        }
        if wish.tenant.is_some_and(|tenant| tenant != self.tenant_id) {
            return Err(Refusal::bad_request("invalid_request", "AADSTS90002: the tenant is not known"));
        }
        let identity = service.identities.first().ok_or_else(|| usage("nobody is signed in"))?;
        let token = service.issue(identity, wish.resource)?;
        Ok(Answer::json(StatusCode::OK, &self.document(&token)?))
    }

    /// In the form in which each tool complains.
    fn refuse(&self, refusal: &Refusal) -> Answer {
        let message = &refusal.message;
        let text = match self.kind {
            Kind::Cli => format!("ERROR: {message}\n"),
            // Before 1.23.7.
            Kind::DeveloperCli if self.is_old => {
                let data = json!({ "message": format!("\nERROR: {message}\n") });
                format!("{}\n", json!({ "type": "consoleMessage", "timestamp": "2024-01-01T00:00:00Z", "data": data }))
            }
            Kind::DeveloperCli => format!("{}\n", json!({ "error": message, "message": "", "suggestion": "" })),
            Kind::PowerShell => format!("Get-AzAccessToken: {message}\n"),
        };
        Answer::new(refusal.status, text).with_header(CONTENT_TYPE, HeaderValue::from_static("text/plain"))
    }
}
