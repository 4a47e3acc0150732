//! What of a token is printed where.

use std::io::{self, Write as _};

use clap::ValueEnum;
use managed_identity_core::{AccessToken, CredentialKind, TokenIdentity, UnixTime};
use serde::Serialize;

use crate::claims::Claims;
use crate::failure::Failure;
use crate::json::json_line;
use crate::time::{date, span, wall_clock};

/// How a token is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFormat {
    #[value(help = "One JSON object: access_token, token_type, expires_on, expires_in, resource, source")]
    Json,
    /// The token alone
    Token,
    /// An HTTP header: Authorization: Bearer ...
    Header,
    #[value(help = "What az account get-access-token prints: accessToken, expiresOn, expires_on, tenant, tokenType")]
    Az,
    #[value(help = "Lines for a shell: MANAGED_IDENTITY_ACCESS_TOKEN=... and MANAGED_IDENTITY_EXPIRES_ON=...")]
    Env,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presentation {
    /// Everything but the token.
    Summary,
    /// The token in a format.
    Token(TokenFormat),
}

impl Presentation {
    /// Decides before a request is sent. A terminal keeps what it shows, in its scrollback and in recordings, so a token
    /// that opens something goes there only if exactly that was asked for.
    pub(crate) fn choose(output: Option<TokenFormat>, terminal: bool, simulated: bool) -> Result<Self, Failure> {
        match output {
            None if terminal => Ok(Self::Summary),
            None => Ok(Self::Token(TokenFormat::Json)),
            Some(TokenFormat::Token) => Ok(Self::Token(TokenFormat::Token)),
            Some(_) if terminal && !simulated => Err(Failure::Usage {
                message: "standard output is a terminal, where a token goes only when asked for".to_owned(),
                next_step: "redirect the output to a file or a program, or use --output token",
            }),
            Some(format) => Ok(Self::Token(format)),
        }
    }

    pub(crate) fn render(self, token: &AccessToken, credential: Option<CredentialKind>, now: UnixTime) -> String {
        match self {
            Self::Summary => summary(token, now),
            Self::Token(TokenFormat::Json) => json(token, credential, now),
            Self::Token(TokenFormat::Token) => format!("{}\n", token.secret()),
            Self::Token(TokenFormat::Az) => az(token),
            Self::Token(TokenFormat::Header) => format!("Authorization: {} {}\n", token.token_type(), token.secret()),
            Self::Token(TokenFormat::Env) => format!(
                "MANAGED_IDENTITY_ACCESS_TOKEN={}\nMANAGED_IDENTITY_EXPIRES_ON={}\n",
                shell_word(token.secret()),
                token.expires_on().as_secs()
            ),
        }
    }
}

/// A token in the form of the Azure CLI, for programs that run it and read what it prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AzDocument<'a> {
    access_token: &'a str,
    /// By the clock on the wall, without a zone; kept for old readers.
    expires_on: String,
    #[serde(rename = "expires_on")]
    expires_on_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    token_type: &'a str,
}

fn az(token: &AccessToken) -> String {
    let claims = Claims::of(token.secret());
    json_line(&AzDocument {
        access_token: token.secret(),
        expires_on: wall_clock(token.expires_on()),
        expires_on_seconds: token.expires_on().as_secs(),
        tenant: claims.as_ref().and_then(|claims| claims.text("tid")),
        token_type: token.token_type(),
    })
}

/// What a token claims, as one JSON object.
pub(crate) fn claims(token: &AccessToken) -> Result<String, Failure> {
    match Claims::of(token.secret()) {
        Some(claims) => Ok(json_line(claims.members())),
        None => Err(Failure::Usage {
            message: format!("the token for {} shows no claims: only that service can read it", token.resource()),
            next_step: "leave --show claims out, or ask for another resource",
        }),
    }
}

fn summary(token: &AccessToken, now: UnixTime) -> String {
    let left = token.expires_on().saturating_since(now);
    let left = if left.is_zero() { "expired already".to_owned() } else { format!("in {}", span(left)) };
    let identity = identity(token).into_iter().map(|(name, id)| format!("\n  identity  {id} ({name})"));
    let clock = token.clock_ahead_by().map(|it| format!("\n  clock     seems to be {} ahead: set it", span(it)));
    format!(
        "Got a token. It is not shown here, since this is a terminal.\n  \
           source    {} ({})\n  \
           resource  {}{}\n  \
           expires   {} ({left}){}\n\
         To print it use --output token, or redirect the output.\n",
        token.source(),
        token.source().as_str(),
        token.resource(),
        identity.collect::<String>(),
        date(token.expires_on()),
        clock.unwrap_or_default(),
    )
}

/// The ids of the identity that the service names, each with what it is.
fn identity(token: &AccessToken) -> Vec<(&'static str, &str)> {
    let TokenIdentity { client_id, object_id, resource_id, .. } = token.identity();
    let ids = [("client id", client_id), ("object id", object_id), ("resource id", resource_id)];
    ids.into_iter().filter_map(|(name, id)| Some((name, id.as_deref()?))).collect()
}

#[derive(Serialize)]
struct TokenDocument<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_on: u64,
    expires_in: u64,
    resource: &'a str,
    source: &'static str,
    /// Which credential it is from, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'static str>,
    /// The ids of the identity that the service names.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<&'a str>,
    /// Seconds by which the clock seems to be ahead, where something says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_ahead_by: Option<u64>,
}

fn json(token: &AccessToken, credential: Option<CredentialKind>, now: UnixTime) -> String {
    let document = TokenDocument {
        access_token: token.secret(),
        token_type: token.token_type(),
        expires_on: token.expires_on().as_secs(),
        expires_in: token.expires_on().saturating_since(now).as_secs(),
        resource: token.resource(),
        source: token.source().as_str(),
        credential: credential.map(CredentialKind::as_str),
        client_id: token.identity().client_id.as_deref(),
        object_id: token.identity().object_id.as_deref(),
        resource_id: token.identity().resource_id.as_deref(),
        clock_ahead_by: token.clock_ahead_by().map(|it| it.as_secs()),
    };
    json_line(&document)
}

/// The text as one word of a POSIX shell: bare when nothing in it means anything to a shell, else in single quotes.
pub(crate) fn shell_word(text: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b'+' | b'=');
    if text.bytes().all(bare) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Writes to standard output.
pub(crate) fn print(text: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    output.write_all(text).and_then(|()| output.flush()).map_err(Failure::Output)
}

#[cfg(test)]
mod tests {
    use managed_identity_core::{
        AccessToken, Acquire, HttpResponse, Secret, Source, SourceKind, Step, TokenRequest, UnixTime,
    };

    use super::TokenFormat;
    use super::{Presentation, shell_word};

    fn token() -> AccessToken {
        let secret = Secret::new("ey.J-_".to_owned());
        AccessToken::new(
            secret,
            "https://vault.azure.net".to_owned(),
            UnixTime::from_secs(1_769_860_800),
            SourceKind::Imds,
        )
    }

    #[test]
    fn a_token_goes_to_a_terminal_only_when_asked_for_or_simulated() {
        let token = |format| Some(Presentation::Token(format));
        for (output, terminal, simulated, expected) in [
            (None, true, false, Some(Presentation::Summary)),
            (None, true, true, Some(Presentation::Summary)),
            (None, false, false, token(TokenFormat::Json)),
            (None, false, true, token(TokenFormat::Json)),
            (Some(TokenFormat::Token), true, false, token(TokenFormat::Token)),
            (Some(TokenFormat::Token), false, false, token(TokenFormat::Token)),
            (Some(TokenFormat::Json), true, false, None),
            (Some(TokenFormat::Header), true, false, None),
            (Some(TokenFormat::Env), true, false, None),
            (Some(TokenFormat::Json), true, true, token(TokenFormat::Json)),
            (Some(TokenFormat::Header), true, true, token(TokenFormat::Header)),
            (Some(TokenFormat::Env), false, false, token(TokenFormat::Env)),
        ] {
            let chosen = Presentation::choose(output, terminal, simulated);
            assert_eq!(chosen.ok(), expected, "{output:?}, terminal {terminal}, simulated {simulated}");
        }
    }

    #[test]
    fn each_format_has_its_form() {
        let render =
            |presentation: Presentation| presentation.render(&token(), None, UnixTime::from_secs(1_769_857_200));
        assert_eq!(
            render(Presentation::Token(TokenFormat::Json)),
            "{\"access_token\":\"ey.J-_\",\"token_type\":\"Bearer\",\"expires_on\":1769860800,\"expires_in\":3600,\
             \"resource\":\"https://vault.azure.net\",\"source\":\"imds\"}\n"
        );
        assert_eq!(render(Presentation::Token(TokenFormat::Token)), "ey.J-_\n");
        assert_eq!(render(Presentation::Token(TokenFormat::Header)), "Authorization: Bearer ey.J-_\n");
        assert_eq!(
            render(Presentation::Token(TokenFormat::Env)),
            "MANAGED_IDENTITY_ACCESS_TOKEN=ey.J-_\nMANAGED_IDENTITY_EXPIRES_ON=1769860800\n"
        );
        let summary = render(Presentation::Summary);
        assert!(!summary.contains("ey.J"), "{summary}");
        assert!(summary.contains("expires   2026-01-31T12:00:00Z (in 1 h 0 min)"), "{summary}");
    }

    /// A token as this service hands it out.
    fn told(members: &str) -> AccessToken {
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
        let acquire = Acquire::new(Source::imds("http://127.0.0.1:1").unwrap(), request).unwrap();
        let now = UnixTime::from_secs(1_769_857_200);
        let Step::Http { then, .. } = acquire.start(1, now) else { panic!("no request") };
        let body = format!(r#"{{"access_token":"ey.J","expires_in":3600,{members}}}"#);
        let Step::Done(outcome) = then.resume(Ok(HttpResponse::new(200, body)), now) else { panic!("not done") };
        outcome.unwrap()
    }

    #[test]
    fn whose_token_it_is_is_told_where_the_service_says_it() {
        let token = told(r#""client_id":"c-1","object_id":"o-1","mi_res_id":"/r-1""#);
        let render = |presentation: Presentation| presentation.render(&token, None, UnixTime::from_secs(1_769_857_200));
        let summary = render(Presentation::Summary);
        assert!(summary.contains("identity  c-1 (client id)\n  identity  o-1 (object id)\n"), "{summary}");
        assert!(summary.contains("identity  /r-1 (resource id)\n"), "{summary}");
        let json = render(Presentation::Token(TokenFormat::Json));
        assert!(json.contains(r#""client_id":"c-1","object_id":"o-1","resource_id":"/r-1"}"#), "{json}");
    }

    #[test]
    fn a_clock_that_is_ahead_is_told() {
        let token = told(r#""expires_on":1769770800"#);
        let render = |presentation: Presentation| presentation.render(&token, None, UnixTime::from_secs(1_769_857_200));
        let summary = render(Presentation::Summary);
        assert!(summary.contains("(expired already)\n  clock     seems to be 1 day 1 h ahead: set it\n"), "{summary}");
        assert!(render(Presentation::Token(TokenFormat::Json)).contains(r#""clock_ahead_by":90000}"#));
    }

    #[test]
    fn a_token_that_means_something_to_a_shell_is_quoted() {
        assert_eq!(shell_word("aZ09-._/+="), "aZ09-._/+=");
        assert_eq!(shell_word("a$(b)'c"), r"'a$(b)'\''c'");
        assert_eq!(shell_word("a~b"), "'a~b'");
    }
}
