//! What goes wrong, drawn from the seed of a script.

use std::time::Duration;

use fastrand::Rng;
use managed_identity_simulator::{Fault, FaultScript};

/// Beyond what a whole call may take at the pace of these scripts.
const TOO_LATE: Duration = Duration::from_millis(400);

/// A script of faults. `secrets` are texts that a malicious endpoint may know and send back; nobody must be asked at
/// `trap`.
pub(crate) fn draw(rng: &mut Rng, secrets: &[String], trap: &str) -> FaultScript {
    // Long enough at times to use up every retry of every caller.
    let count = if rng.u8(..8) == 0 { rng.usize(40..80) } else { rng.usize(..12) };
    let mut script = FaultScript::new();
    script.extend((0..count).map(|_| {
        let fault = one(rng, secrets, trap);
        let fault = match rng.u8(..30) {
            0 => fault.delay(TOO_LATE),
            1..=6 => fault.delay(Duration::from_millis(rng.u64(..25))),
            _ => fault,
        };
        fault.times(if rng.u8(..8) == 0 { rng.u32(2..6) } else { 1 })
    }));
    script
}

fn one(rng: &mut Rng, secrets: &[String], trap: &str) -> Fault {
    match rng.u8(..32) {
        0..=8 => Fault::pass(),
        9 => Fault::cut(),
        10 => Fault::truncated(),
        11 => Fault::huge(1 << rng.u32(10..50)),
        12 => Fault::endless(),
        13 => Fault::not_json(),
        14 | 15 => Fault::wrong_identity(),
        16 => Fault::redirect(format!("{trap}/elsewhere")),
        17 => Fault::status([301, 302, 303, 308][rng.usize(..4)]).header("location", trap),
        18 => Fault::challenge(pick(rng, CHALLENGES)),
        19..=21 => Fault::status(rng.u16(500..600)),
        22 => Fault::status(503).header("retry-after", pick(rng, RETRY_AFTERS)),
        23 => Fault::throttled(pick(rng, RETRY_AFTERS)),
        24 | 25 => Fault::gone(),
        26 => Fault::status([404, 408][rng.usize(..2)]),
        27 => Fault::status([400, 401, 403, 418, 451][rng.usize(..5)]),
        28 => Fault::status([200, 201, 204, 205, 206, 304][rng.usize(..6)]),
        29 => Fault::status(200).body(pick(rng, BODIES)),
        30 => Fault::status(rng.u16(400..600)).header("x-unknown", "h".repeat(rng.usize(..60))),
        _ => echo(rng, secrets),
    }
}

/// An error that repeats what it must not know.
fn echo(rng: &mut Rng, secrets: &[String]) -> Fault {
    let Some(secret) = secrets.get(rng.usize(..secrets.len().max(1))) else { return Fault::status(400) };
    let body = format!(r#"{{"error":"{secret}","error_description":"you sent {secret}","correlationId":"{secret}"}}"#);
    Fault::status([400, 401, 403, 500][rng.usize(..4)]).body(body)
}

fn pick<'a>(rng: &mut Rng, texts: &[&'a str]) -> &'a str {
    texts[rng.usize(..texts.len())]
}

const CHALLENGES: &[&str] = &[
    "Basic realm=/etc/passwd",
    "Basic realm=/etc/shadow.key",
    "Basic realm=/var/opt/azcmagent/tokens/../../../../etc/passwd.key",
    "Basic realm=",
    "Basic",
    "Bearer realm=/var/opt/azcmagent/tokens/a.key",
    "Basic realm=/a.key, Basic realm=/b.key",
    "Basic realm=\"/var/opt/azcmagent/tokens/a.key",
    "Basic realm=file:///etc/passwd.key",
    "Basic realm=//host/share/a.key",
    "Basic realm=/dev/stdin",
];

const RETRY_AFTERS: &[&str] = &[
    "0",
    "1",
    "3",
    "45",
    "600",
    "18446744073709551615",
    "99999999999999999999999",
    "-1",
    "soon",
    "Fri, 31 Dec 1999 23:59:59 GMT",
    "Wed, 01 Jan 2098 00:00:00 GMT",
];

const BODIES: &[&str] = &[
    "",
    "{}",
    "[]",
    "null",
    "{",
    r#"{"access_token":""}"#,
    r#"{"access_token":7,"expires_in":60}"#,
    r#"{"access_token":"a b","expires_in":60}"#,
    r#"{"access_token":"a\r\nb","expires_in":60}"#,
    r#"{"access_token":"unsigned"}"#,
    r#"{"access_token":"unsigned","expires_in":{}}"#,
    r#"{"access_token":"unsigned","expires_on":"never"}"#,
    r#"{"access_token":"unsigned","expires_in":60"#,
    r#"{"error":"invalid_request","error_description":"not this time"}"#,
];
