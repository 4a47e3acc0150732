//! Plays a vector in memory: every effect must be the next one of the transcript.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use managed_identity_core::{
    AccessToken, AcquireFromChain, Chain, ChainOptions, CommandError, CommandErrorKind, CommandOutput, CommandRequest,
    CredentialKind, Environment, Error, FileError, FileErrorKind, HostFacts, HttpCall, HttpMethod, HttpResponse,
    Identity, Platform, RetryPolicy, Route, SignError, SignErrorKind, SignRequest, Signed, Step, TokenRequest,
    TransportError, TransportErrorKind, UnixTime,
};
use serde_json::Value;

use crate::vector::{Answer, Exchange, Outcome, Sign, Vector};

const NOW: u64 = 1_700_000_000;

type Check = Result<(), String>;

pub(crate) fn run(vector: &Vector) -> Check {
    let mut now = UnixTime::from_secs(NOW);
    let mut assertion = String::new();
    let mut exchanges = vector.transcript.iter();
    let outcome = match begin(vector, now) {
        Err(error) => Err(error),
        Ok(mut step) => loop {
            if let Step::Done(outcome) = step {
                break outcome;
            }
            let exchange = exchanges.next().ok_or_else(|| format!("not in the transcript: {step:?}"))?;
            step = exchanged(step, exchange, &mut now, &mut assertion)?;
        },
    };
    if exchanges.len() > 0 {
        return Err(format!("{} exchanges are left, and it ended with {outcome:?}", exchanges.len()));
    }
    let took = now.saturating_since(UnixTime::from_secs(NOW));
    judge(&outcome, &vector.outcome, took)?;
    hides(vector, &outcome)
}

fn begin(vector: &Vector, now: UnixTime) -> Result<Step, Error> {
    let environment = Environment::from_lookup(|name| vector.environment.get(name).cloned());
    let platform = match vector.platform.as_deref() {
        Some("windows") => Platform::Windows,
        _ => Platform::Linux,
    };
    let facts = HostFacts::of(platform).with_arc_agent(vector.arc_agent);
    let kind = |name: &String| name.parse::<CredentialKind>().unwrap();
    let wanted = &vector.options;
    let mut options = ChainOptions::default();
    if let Some(only) = &wanted.only {
        options = options.only(only.iter().map(kind));
    }
    for name in &wanted.exclude {
        options = options.exclude(kind(name));
    }
    if wanted.require_variable {
        options = options.require_variable();
    }
    if let Some(tenant) = &wanted.tenant {
        options = options.tenant(tenant);
    }
    let chain = Chain::of(&environment, facts, &options)?;
    let identity = vector.client_id.as_ref().map_or(Identity::SystemAssigned, |id| Identity::ClientId(id.clone()));
    let mut request = TokenRequest::for_resource(&vector.resource)?
        .with_identity(identity)
        .with_client_capabilities(vector.client_capabilities.iter().map(String::as_str));
    if let Some(tenant) = &vector.tenant {
        request = request.with_tenant(tenant);
    }
    if let Some(claims) = &vector.claims {
        request = request.with_claims(claims);
    }
    let mut acquire = AcquireFromChain::new(chain, request);
    if let Some(first) = &wanted.starting_with {
        acquire = acquire.starting_with(kind(first));
    }
    if let Some(seconds) = wanted.time_budget_seconds {
        acquire = acquire.with_time_budget(Duration::from_secs(seconds));
    }
    if wanted.no_retries {
        acquire = acquire.with_retry(RetryPolicy::none());
    }
    Ok(acquire.start(7, now))
}

fn exchanged(step: Step, exchange: &Exchange, now: &mut UnixTime, assertion: &mut String) -> Result<Step, String> {
    let took = Duration::from_secs(exchange.takes_seconds);
    match step {
        Step::Run { command, then } => {
            check_command(&command, exchange)?;
            *now = *now + took;
            Ok(then.resume(output(&exchange.answer), *now))
        }
        Step::Http { call, then } => {
            check_call(&call, exchange, assertion)?;
            *now = *now + took;
            Ok(then.resume(response(&exchange.answer), *now))
        }
        Step::ReadFile { file, then } => {
            equal("path", Some(&file.path), exchange.file.as_ref())?;
            *now = *now + took;
            Ok(then.resume(match exchange.answer.fails.as_deref() {
                None => Ok(exchange.answer.content.clone().into_bytes()),
                Some("not-found") => Err(FileError::new(FileErrorKind::NotFound, "")),
                Some("denied") => Err(FileError::new(FileErrorKind::Denied, "")),
                Some(other) => return Err(format!("unknown: {other}")),
            }))
        }
        Step::Sign { what, then } => {
            let expected = exchange.sign.as_ref().ok_or_else(|| format!("expected {exchange:?}, found {what:?}"))?;
            let signed = signed(&what, expected, &exchange.answer)?;
            if let Ok((input, signature)) = &signed {
                *assertion = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
            }
            Ok(then.resume(signed.map(|(input, signature)| Signed::new(input, signature))))
        }
        Step::Sleep { delay, then, .. } if exchange.wait => {
            *now = *now + delay;
            Ok(then.resume())
        }
        other => Err(format!("expected {exchange:?}, found {other:?}")),
    }
}

/// Signs for two certificates that are none, and checks what the text says that is signed.
fn signed(
    what: &SignRequest,
    expected: &Sign,
    answer: &Answer,
) -> Result<Result<(String, Vec<u8>), SignError>, String> {
    let shown = format!("{what:?}");
    equal("shown", shown.as_str(), format!("SignRequest {{ algorithm: {:?}, .. }}", what.algorithm()).as_str())?;
    equal("content", String::from_utf8_lossy(what.content()), expected.content.as_str())?;
    equal("password", what.password(), expected.password.as_deref())?;
    let input = what.signing_input(&[&b"leaf"[..], b"root"]).ok_or("nothing to sign")?;
    let (header, claims) = input.split_once('.').ok_or("no two parts")?;
    let json = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (header, mut claims) = (json(header), json(claims));
    if claims["jti"].as_str().is_some_and(|id| id.len() == 36) {
        claims["jti"] = "{id}".into();
    }
    equal("header", &header, &expected.header)?;
    equal("claims", &claims, &expected.claims)?;
    equal("algorithm", Some(what.algorithm().as_str()), header["alg"].as_str())?;
    let kind = match answer.fails.as_deref() {
        None => return Ok(Ok((input, b"signature".to_vec()))),
        Some("unsupported") => SignErrorKind::Unsupported,
        Some("denied") => SignErrorKind::Denied,
        Some("malformed") => SignErrorKind::Malformed,
        Some("password-missing") => SignErrorKind::PasswordMissing,
        Some("password-wrong") => SignErrorKind::PasswordWrong,
        Some("not-the-keys") => SignErrorKind::NotTheKeys,
        Some(other) => return Err(format!("unknown: {other}")),
    };
    Ok(Err(SignError::new(kind, "")))
}

fn check_command(command: &CommandRequest, exchange: &Exchange) -> Check {
    let expected = exchange.run.as_ref().ok_or_else(|| format!("expected {exchange:?}, found {command:?}"))?;
    let program = command.programs.join("|");
    // A script is known by its length only; nothing is spliced into it.
    let shown = |argument: &String| if argument.len() > 300 { "{script}".to_owned() } else { argument.clone() };
    let line: Vec<String> = std::iter::once(program).chain(command.arguments.iter().map(shown)).collect();
    equal("command", &line, expected)?;
    let variables: BTreeMap<String, String> =
        command.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    equal("variables", &variables, &exchange.variables)?;
    for name in ["AZURE_CLIENT_SECRET", "IDENTITY_HEADER", "MSI_SECRET"] {
        equal("withheld", command.withheld.contains(&name), true)?;
    }
    equal("the most of an output", command.max_output, 262_144)?;
    within(command.time_limit, exchange)
}

fn check_call(call: &HttpCall, exchange: &Exchange, assertion: &str) -> Check {
    let request = call.request();
    let expected = match request.method() {
        HttpMethod::Post => &exchange.post,
        _ => &exchange.get,
    };
    let url = request.url().as_str();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    equal("address", Some(&address.to_owned()), expected.as_ref())?;
    if let Some(expected) = &exchange.query {
        equal("query", &decoded(query), expected)?;
    }
    if let Some(expected) = &exchange.form {
        let mut form = decoded(request.body());
        if let Some(sent) = form.get_mut("client_assertion").filter(|it| !assertion.is_empty() && *it == assertion) {
            *sent = "{assertion}".to_owned();
        }
        equal("form", &form, expected)?;
    }
    for (name, value) in &exchange.headers {
        equal(name, request.header(name), Some(value.as_str()))?;
    }
    for name in &exchange.absent_headers {
        equal(name, request.header(name), None)?;
    }
    equal("the most of a body", call.policy().max_body, 65_536)?;
    // The authority and the services of pipelines may be beyond a proxy.
    let is_far = url.starts_with("https://");
    equal("route", call.policy().route, if is_far { Route::AsConfigured } else { Route::Direct })?;
    within(call.policy().total_timeout, exchange)
}

fn within(limit: Duration, exchange: &Exchange) -> Check {
    match exchange.within_ms {
        Some(most) if limit > Duration::from_millis(most) => Err(format!("it is given {limit:?}")),
        _ => Ok(()),
    }
}

/// A form, decoded.
fn decoded(text: &str) -> BTreeMap<String, String> {
    let unescaped = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => {
                    let pair = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap()
                }
                b'+' => b' ',
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = text.split('&').filter(|it| !it.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (unescaped(name), unescaped(value))).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn output(answer: &Answer) -> Result<CommandOutput, CommandError> {
    let kind = match answer.fails.as_deref() {
        None => {
            let (output, errors) = (text(&answer.output).into_bytes(), answer.errors.clone().into_bytes());
            return Ok(CommandOutput::new(answer.exit, output, errors));
        }
        Some("not-found") => CommandErrorKind::NotFound,
        Some("timeout") => CommandErrorKind::Timeout,
        Some("denied") => CommandErrorKind::Denied,
        Some("unsupported") => CommandErrorKind::Unsupported,
        Some("output-too-large") => CommandErrorKind::OutputTooLarge,
        Some(_) => CommandErrorKind::Failed,
    };
    Err(CommandError::new(kind, ""))
}

fn response(answer: &Answer) -> Result<HttpResponse, TransportError> {
    let kind = match answer.fails.as_deref() {
        None => {
            let response = HttpResponse::new(answer.status, text(&answer.body).into_bytes());
            let headers = answer.headers.iter();
            return Ok(headers.fold(response, |it, (name, value)| it.with_header(name, value.as_bytes())));
        }
        Some("timeout") => TransportErrorKind::Timeout,
        Some("denied") => TransportErrorKind::Denied,
        Some("certificate") => TransportErrorKind::Certificate,
        Some("protocol") => TransportErrorKind::Protocol,
        Some(_) => TransportErrorKind::Connect,
    };
    Err(TransportError::new(kind, ""))
}

fn judge(outcome: &Result<AccessToken, Error>, expected: &Outcome, took: Duration) -> Check {
    if let Some(most) = expected.within_seconds {
        equal("in time", took <= Duration::from_secs(most), true)?;
    }
    match outcome {
        Ok(token) => {
            equal("token", Some(token.secret()), expected.token.as_deref())?;
            if let Some(source) = &expected.source {
                equal("source", token.source().as_str(), source)?;
            }
            if let Some(credential) = &expected.credential {
                equal("credential", CredentialKind::of(token.source()).as_str(), credential)?;
            }
            match expected.expires_on {
                Some(end) => equal("expires_on", token.expires_on().as_secs(), end),
                None => Ok(()),
            }
        }
        Err(error) => {
            let (kind, members) = match error {
                Error::Chain(error) => {
                    let shown = error.members.iter().map(|it| {
                        let verdict = it.verdict.map_or("not-reached", managed_identity_core::Verdict::as_str);
                        format!("{} {verdict}", it.credential.as_str())
                    });
                    ("chain", Some(shown.collect::<Vec<_>>()))
                }
                Error::Configuration(_) => ("configuration", None),
                Error::ClientCertificate { .. } => ("client-certificate", None),
                Error::InvalidResponse { .. } => ("invalid-response", None),
                Error::DeveloperTool { .. } => ("developer-tool", None),
                Error::Endpoint { .. } => ("endpoint", None),
                Error::Transport { .. } => ("transport", None),
                Error::CredentialFile { .. } => ("credential-file", None),
                _ => ("other", None),
            };
            let text = error.explain().to_string();
            let told = |difference| format!("{difference}\n{text}");
            equal("error", Some(kind), expected.error.as_deref()).map_err(told)?;
            if expected.members.is_some() {
                equal("members", &members, &expected.members).map_err(told)?;
            }
            if let Some(fault) = &expected.fault {
                equal("fault", format!("{:?}", error.fault()).to_lowercase(), fault.clone()).map_err(told)?;
            }
            equal("transient", error.is_transient(), expected.transient).map_err(told)?;
            for part in &expected.contains {
                equal(part, text.contains(part.as_str()), true).map_err(told)?;
            }
            for part in &expected.excludes {
                equal(part, text.contains(part.as_str()), false).map_err(told)?;
            }
            Ok(())
        }
    }
}

/// Nothing that is shown has a secret of the environment or a token in it.
fn hides(vector: &Vector, outcome: &Result<AccessToken, Error>) -> Check {
    let shown = match outcome {
        Ok(token) => format!("{token:?}"),
        Err(error) => format!("{error:?} {}", error.explain()),
    };
    let secrets = [
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "AZURE_CLIENT_SECRET",
        "AZURE_PASSWORD",
        "IDENTITY_HEADER",
        "MSI_SECRET",
        "SYSTEM_ACCESSTOKEN",
    ];
    let of_environment = secrets.iter().filter_map(|name| vector.environment.get(*name).map(String::as_str));
    let tokens = vector.outcome.token.as_deref().into_iter().chain(["eyJhbGciOiJub25lIn0.e30.secret"]);
    let leaked = of_environment.chain(tokens).find(|secret| !secret.is_empty() && shown.contains(secret));
    match leaked {
        Some(_) => Err(format!("a secret is shown: {shown}")),
        None => Ok(()),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "most of what is compared is made for it")]
fn equal<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(what: &str, found: T, expected: U) -> Check {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}
