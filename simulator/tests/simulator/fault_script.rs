//! Fault scripts as JSON, and faults as the text of an option.

use std::time::Duration;

use managed_identity_simulator::{Fault, FaultScript, SimulatorError};

fn script(json: &str) -> Result<FaultScript, managed_identity_simulator::InvalidFault> {
    json.parse()
}

#[test]
fn every_fault_has_a_json_form() {
    let json = r#"[
        { "pass": true },
        { "delay_ms": 250 },
        { "status": 503, "headers": { "Retry-After": "1", "x": ["a", "b"] }, "body": "busy", "times": 2 },
        { "status": 400, "text": "no sign-on on this compute" },
        { "status": 502, "html": "Bad gateway", "reason": "Upstream" },
        { "aadsts": 700213, "times": 4 },
        { "members": { "expires_on": "9/14/2028 2:5:9 PM +00:00", "expires_in": null } },
        { "lost_key": true },
        { "rotated_key": true },
        { "gone": true, "times": 3 },
        { "throttled": 5 },
        { "throttled": "Wed, 21 Oct 2015 07:28:00 GMT", "delay_ms": 10 },
        { "cut": true },
        { "truncated": true },
        { "huge": 1000000 },
        { "endless": true },
        { "not_json": true },
        { "wrong_identity": true },
        { "redirect": "http://127.0.0.1:1/" },
        { "challenge": "Basic realm=/etc/passwd" }
    ]"#;
    let status = Fault::status(503).header("Retry-After", "1").header("x", "a").header("x", "b").body("busy");
    let expected = FaultScript::new()
        .then(Fault::pass())
        .then(Fault::pass().delay(Duration::from_millis(250)))
        .then(status.times(2))
        .then(Fault::status(400).text("no sign-on on this compute"))
        .then(Fault::status(502).html("Bad gateway").reason("Upstream"))
        .then(Fault::aadsts(700_213).times(4))
        .then(Fault::with_member("expires_on", "9/14/2028 2:5:9 PM +00:00").member("expires_in", ()))
        .then(Fault::lost_key())
        .then(Fault::rotated_key())
        .then(Fault::gone().times(3))
        .then(Fault::throttled("5"))
        .then(Fault::throttled("Wed, 21 Oct 2015 07:28:00 GMT").delay(Duration::from_millis(10)))
        .then(Fault::cut())
        .then(Fault::truncated())
        .then(Fault::huge(1_000_000))
        .then(Fault::endless())
        .then(Fault::not_json())
        .then(Fault::wrong_identity())
        .then(Fault::redirect("http://127.0.0.1:1/"))
        .then(Fault::challenge("Basic realm=/etc/passwd"));
    assert_eq!(script(json).unwrap(), expected);
}

#[test]
fn a_mistake_in_a_script_is_named() {
    for (json, expected) in [
        ("", "EOF"),
        ("{}", "invalid type: map"),
        (r#"[{ "satus": 503 }]"#, "unknown field `satus`"),
        ("[{}]", "names no fault"),
        (r#"[{ "times": 2 }]"#, "names no fault"),
        (r#"[{ "cut": false }]"#, "names no fault"),
        (r#"[{ "cut": true, "gone": true }]"#, "more than one fault"),
        (r#"[{ "gone": true, "body": "x" }]"#, "belong to `status`"),
        (r#"[{ "text": "x" }]"#, "belong to `status`"),
        (r#"[{ "cut": true, "reason": "x" }]"#, "belong to `status`"),
        (r#"[{ "status": 400, "text": "x", "html": "y" }]"#, "one of `body`, `text` and `html`"),
        (r#"[{ "status": 400, "reason": "a\nb" }]"#, "no legal reason phrase"),
        (r#"[{ "cut": true, "times": 0 }]"#, "`times` must be 1 or more"),
        (r#"[{ "status": 100 }]"#, "between 200 and 599"),
        (r#"[{ "status": 70000 }]"#, "invalid value"),
        (r#"[{ "challenge": "a\nb" }]"#, "illegal value"),
    ] {
        let error = script(json).unwrap_err().to_string();
        assert!(error.contains(expected), "{json}: {error}");
    }
}

#[test]
fn a_fault_can_be_written_as_an_option() {
    for (text, expected) in [
        ("cut", Fault::cut()),
        ("status=503,times=2", Fault::status(503).times(2)),
        ("status=400,text=no sign-on on this compute", Fault::status(400).text("no sign-on on this compute")),
        ("aadsts=700213,times=3", Fault::aadsts(700_213).times(3)),
        ("throttled=5", Fault::throttled("5")),
        ("delay_ms=20", Fault::pass().delay(Duration::from_millis(20))),
        ("redirect=http://127.0.0.1:1/?a=b", Fault::redirect("http://127.0.0.1:1/?a=b")),
        (r#"{"status":400,"body":"a,b"}"#, Fault::status(400).body("a,b")),
    ] {
        assert_eq!(text.parse::<Fault>().unwrap(), expected, "{text}");
    }
    for text in ["", "nothing", "cut,gone", "status=x", "{", "throttled"] {
        text.parse::<Fault>().unwrap_err();
    }
}

#[test]
fn a_script_can_be_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faults.json");
    assert!(matches!(FaultScript::from_file(&path), Err(SimulatorError::File { .. })));
    std::fs::write(&path, r#"[{ "cut": true }]"#).unwrap();
    assert_eq!(FaultScript::from_file(&path).unwrap(), FaultScript::new().then(Fault::cut()));
    std::fs::write(&path, "nonsense").unwrap();
    assert!(matches!(FaultScript::from_file(&path), Err(SimulatorError::Fault(_))));
}

#[test]
fn the_script_of_the_readme_is_a_script() {
    let readme = include_str!("../../README.md");
    let json = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    script(json).unwrap();
}
