//! What the check for drivers says of what it sees.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

use managed_identity_simulator::driver_check::{DriverCall, DriverError, DriverOutcome, DriverRow, DriverTrust, check};

use crate::program::PROGRAM;

const ANSWER: DriverOutcome = DriverOutcome::Answer { status: 200, body: 50 };

fn unsupported(promise: &str) -> DriverOutcome {
    DriverOutcome::Failed(DriverError::Unsupported(promise.to_owned()))
}

/// The request of a call, as it should arrive.
fn request(call: &DriverCall) -> String {
    let target = call.url.splitn(4, '/').nth(3).unwrap();
    let headers: String = call.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = call.body.len();
    format!("{} /{target} HTTP/1.1\r\nhost: a\r\n{headers}content-length: {length}\r\n\r\n{}", call.method, call.body)
}

/// Sends this, and reads the answer to its end.
fn send(call: &DriverCall, request: &str) -> String {
    let address = call.url.split('/').nth(2).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What the check says of a row in which these requests were sent and this was said.
fn finding(row: DriverRow, sent: impl Fn(&DriverCall) -> Vec<String>, said: &DriverOutcome) -> String {
    let play = row.start().unwrap();
    for request in sent(play.call()) {
        send(play.call(), &request);
    }
    play.judge(said).to_string()
}

#[test]
fn the_request_has_to_arrive_as_it_was_given_and_once() {
    type Change = fn(&DriverCall) -> Vec<String>;
    let cases: [(DriverRow, Change, &str); 8] = [
        (DriverRow::Answer, |call| vec![request(call)], "answer: promise kept"),
        (DriverRow::Post, |call| vec![request(call)], "post: promise kept"),
        (DriverRow::Answer, |_| Vec::new(), "answer: 0 requests arrived for one call"),
        (DriverRow::Answer, |call| vec![request(call); 2], "answer: 2 requests arrived for one call"),
        (
            DriverRow::Answer,
            |call| vec![request(call).replace("x-identity-header: ", "x-other: ")],
            "answer: the header x-identity-header arrived 0 times, and not once as it was given",
        ),
        (
            DriverRow::Answer,
            |call| vec![request(call).replace("host: a", "X-Identity-Header: another")],
            "answer: the header x-identity-header arrived 2 times, and not once as it was given",
        ),
        (
            DriverRow::Post,
            |call| vec![request(call).replace("POST /", "GET /")],
            r#"post: the request began with "GET /oauth2/token HTTP/1.1" instead of "POST /oauth2/token HTTP/1.1""#,
        ),
        (
            DriverRow::Post,
            |call| vec![request(call).replace("resource=h", "resource=H")],
            "post: 38 bytes of a body arrived, which are not the 38 given",
        ),
    ];
    for (row, sent, expected) in cases {
        assert_eq!(finding(row, sent, &ANSWER), expected);
    }
}

#[test]
fn who_says_what_it_cannot_do_is_honest_if_it_is_asked_for_and_nothing_was_sent() {
    let nothing = |_: &DriverCall| Vec::new();
    for (row, promise, expected) in [
        (DriverRow::Pin, "certificate-pin", "pin: refused by name (certificate-pin)"),
        (DriverRow::Untrusted, "tls", "untrusted: refused by name (tls)"),
        (DriverRow::Drip, "time-limit", "drip: refused by name (time-limit)"),
        (DriverRow::Answer, "tls", "answer: refused as unsupported-tls, which this call does not ask for"),
        (DriverRow::Pin, "gzip", "pin: refused as unsupported-gzip, which this call does not ask for"),
    ] {
        assert_eq!(finding(row, nothing, &unsupported(promise)), expected);
    }
    let sent = |call: &DriverCall| vec![request(call)];
    assert_eq!(
        finding(DriverRow::Full, sent, &unsupported("max-body")),
        "full: refused as unsupported-max-body when the request had been sent"
    );
}

#[test]
fn a_failure_has_to_have_its_own_name() {
    let broken = DriverOutcome::Failed(DriverError::Broken);
    let nothing = |_: &DriverCall| Vec::new();
    for (row, said, expected) in [
        (DriverRow::Refuse, &DriverOutcome::Failed(DriverError::Connect), "refuse: promise kept"),
        (DriverRow::Backlog, &DriverOutcome::Failed(DriverError::Timeout), "backlog: promise kept"),
        (
            DriverRow::Backlog,
            &broken,
            "backlog: reported as broken; a connection that is not made in time is connect or timeout",
        ),
        (DriverRow::Huge, &broken, "huge: reported as broken; a body larger than accepted is body-too-large"),
        (DriverRow::Late, &broken, "late: reported as broken; a first byte after the limit is timeout"),
        (DriverRow::NotHttp, &broken, "not-http: reported as broken; what is not HTTP is protocol"),
        (DriverRow::Redirect, &broken, "redirect: reported as broken; a redirect is an answer"),
        (
            DriverRow::Pinned,
            &DriverOutcome::Failed(DriverError::Certificate),
            "pinned: reported as certificate; the pinned certificate vouches for itself, whatever its name, issuer and \
             dates: what came is an answer",
        ),
    ] {
        assert_eq!(finding(row, nothing, said), expected);
    }
}

#[test]
fn a_redirect_that_is_followed_shows_even_when_it_is_not_told() {
    let play = DriverRow::Redirect.start().unwrap();
    let answer = send(play.call(), &request(play.call()));
    assert!(answer.starts_with("HTTP/1.1 307 "), "{answer}");
    let target = answer.lines().find_map(|line| line.strip_prefix("location: http://")).unwrap();
    let mut stream = TcpStream::connect(target).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let said = DriverOutcome::Failed(DriverError::Denied);
    assert_eq!(play.judge(&said).to_string(), "redirect: another address was asked: a redirect was followed");
}

#[test]
fn the_kinds_of_failure_are_known_by_their_names() {
    for name in [
        "connect",
        "broken",
        "timeout",
        "protocol",
        "body-too-large",
        "certificate",
        "denied",
        "unsupported-time-limit",
    ] {
        assert_eq!(name.parse::<DriverError>().unwrap().to_string(), name);
    }
    assert!("refused".parse::<DriverError>().unwrap_err().to_string().contains("say connect, broken"));
}

#[test]
fn a_row_has_a_name_of_its_own_and_a_call_as_json() {
    let mut names = DriverRow::ALL.map(DriverRow::name).to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DriverRow::ALL.len());

    let play = DriverRow::Pin.start().unwrap();
    assert!(matches!(&play.call().trust, DriverTrust::Pinned(thumbprint) if thumbprint.len() == 40));
    let call = serde_json::to_value(play.call()).unwrap();
    assert_eq!(call["trust"]["pinned"].as_str().unwrap().len(), 40);
    assert_eq!(call["headers"][0], serde_json::json!(["secret", "opens-nothing"]));
    assert_eq!((&call["read_timeout_ms"], &call["max_body"]), (&30_000.into(), &65_536.into()));
    assert_eq!(serde_json::to_value(DriverRow::Late.start().unwrap().call()).unwrap()["trust"], "plain");
}

#[test]
fn a_whole_check_has_a_finding_for_each_row() {
    let report = check(|_| unsupported("time-limit")).unwrap();
    assert!(report.is_clean());
    assert_eq!(report.findings.len(), DriverRow::ALL.len());
    assert_eq!(report.to_string().lines().next(), Some("answer: refused by name (time-limit)"));
    let report = check(|_| DriverOutcome::Failed(DriverError::Denied)).unwrap();
    assert!(!report.is_clean());
}

/// A whole check of a driver that is this script.
#[cfg(unix)]
fn check_command(script: &str) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(["check", "--", "sh", "-c", script]).stdin(Stdio::null()).output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_driver_can_be_a_command() {
    let lines = |output: &Output| -> Vec<String> {
        String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect()
    };
    let honest = check_command(r#"cat >/dev/null; echo '{"error":"unsupported-no-proxy"}'"#);
    assert_eq!(honest.status.code(), Some(0));
    let expected = DriverRow::ALL.map(|row| format!("{row}: refused by name (no-proxy)"));
    assert_eq!(lines(&honest), expected);

    // It does not even read its call.
    let wrong = check_command(r#"echo '{"error":"broken"}'"#);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(lines(&wrong).contains(&"refuse: reported as broken; a refused connection is connect".to_owned()));
    assert!(lines(&wrong).contains(&"cut: promise kept".to_owned()));

    // The call is on standard input, and the environment names a proxy: who asks it is found out.
    let curl = r#"
        read -r call
        url=${call#*'"url":"'}
        curl --silent --max-time 2 --output /dev/null "${url%%'"'*}" && echo '{"status":200,"body":50}' ||
            echo '{"error":"broken"}'"#;
    if Command::new("curl").arg("--version").output().is_ok() {
        let followed = lines(&check_command(curl));
        let proxy =
            "proxy: the call went to the proxy of the environment; an endpoint on this machine is asked directly";
        assert_eq!(followed.last().map(String::as_str), Some(proxy));
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_says_nothing_to_the_point_is_an_error() {
    for script in ["true", "echo hello", r#"echo '{"error":"refused"}'"#, r#"echo '{"status":"200"}'"#] {
        let output = check_command(script);
        assert_eq!(output.status.code(), Some(1), "{script}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains("did not print what became of a call"), "{script}: {errors}");
    }
}
