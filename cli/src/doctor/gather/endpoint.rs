//! Asking an endpoint whether it is there, without what proves who asks: it gives nothing for that, and answers all the same.

use std::time::{Duration, UNIX_EPOCH};

use managed_identity_core::{Endpoint, UnixTime};
use reqwest::header::DATE;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::cause::innermost;
use crate::doctor::facts::{AuthorityOutcome, Reach};

/// How long a connection may take: the endpoint is on this machine or beside it.
const CONNECT: Duration = Duration::from_secs(2);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the internet may take.
const INTERNET: Duration = Duration::from_secs(10);

/// Whether something listens.
pub(super) async fn connect(endpoint: &Endpoint) -> Reach {
    // An address of IPv6 is in brackets, which belong to this form.
    let place = format!("{}:{}", endpoint.host(), endpoint.port().unwrap_or(443));
    match timeout(CONNECT, TcpStream::connect(place)).await {
        Ok(Ok(_)) => Reach::Connected,
        Ok(Err(error)) => Reach::NoConnection { detail: error.to_string() },
        Err(_) => Reach::NoConnection { detail: format!("no answer within {} s", CONNECT.as_secs()) },
    }
}

/// Sends one request without any header of a source. No proxy is used and no redirect followed.
pub(super) async fn ask(url: &str) -> Reach {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .build();
    let answer = match client {
        Ok(client) => client.get(url).send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(response) => Reach::Answered { status: response.status().as_u16(), date: date(&response) },
        Err(error) if error.is_connect() => Reach::NoConnection { detail: innermost(&error) },
        Err(error) => Reach::NoAnswer { detail: innermost(&error) },
    }
}

/// Sends one request to the authority, by the proxy that the environment names.
pub(super) async fn ask_authority(url: &str) -> AuthorityOutcome {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(INTERNET).build();
    let answer = match client {
        Ok(client) => client.get(url).send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(response) => AuthorityOutcome::Answered { status: response.status().as_u16(), date: date(&response) },
        Err(error) => {
            let detail = innermost(&error);
            let is_untrusted = detail.contains("certificate") || detail.contains("UnknownIssuer");
            if is_untrusted { AuthorityOutcome::Untrusted { detail } } else { AuthorityOutcome::NoAnswer { detail } }
        }
    }
}

/// When the answer was sent, by the clock of whoever sent it.
fn date(response: &reqwest::Response) -> Option<UnixTime> {
    let date = httpdate::parse_http_date(response.headers().get(DATE)?.to_str().ok()?).ok()?;
    Some(UnixTime::from_duration(date.duration_since(UNIX_EPOCH).ok()?))
}
