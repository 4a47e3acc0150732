//! CVE-2024-35255: the path in the challenge leads out of the token folder.

use std::fs;

use managed_identity_reqwest::core::{Error, TransportErrorKind};

use crate::agent::{HostileAgent, key_in};
use crate::machine::{KEY, Machine, assert_path_refused};

/// Asks for each path, in which `{root}` is the folder that holds `tokens` and `foreign`.
async fn assert_refused(machine: &Machine, paths: &[&str]) {
    for path in paths {
        let path = path.replace("{root}", machine.root());
        let agent = HostileAgent::challenging(&[&format!("Basic realm={path}")]);
        assert_path_refused(&machine.refused(&agent).await, &path);
    }
}

/// Without this, a refusal would show nothing.
#[tokio::test]
async fn a_key_file_directly_in_the_folder_is_read_and_sent() {
    let machine = Machine::new();
    let agent = machine.agent_for("good.key");
    machine.ask(&agent).await.unwrap();
    let received = agent.received();
    let keys: Vec<_> = received.iter().map(|request| key_in(request)).collect();
    assert_eq!(keys, [None, Some(KEY)]);
}

#[tokio::test]
async fn cve_2024_35255_a_path_that_climbs_out_of_the_folder_is_refused() {
    let machine = Machine::new();
    fs::create_dir(machine.path("tokens/below")).unwrap();
    assert_refused(
        &machine,
        &[
            "{root}/tokens/../foreign/x.key",
            "{root}/tokens/../tokens/good.key",
            "{root}/tokens/./../foreign/x.key",
            "{root}/tokens/below/../../foreign/x.key",
            "{root}/tokens/below/../good.key",
            "{root}/tokens/..//foreign/x.key",
            "{root}/tokens/../../../../../../../etc/passwd",
            "{root}/tokens/../../../../../../../etc/passwd.key",
            "{root}/foreign/../tokens/../foreign/x.key",
        ],
    )
    .await;
}

#[tokio::test]
async fn cve_2024_35255_an_encoded_path_is_not_decoded() {
    let machine = Machine::new();
    assert_refused(
        &machine,
        &[
            "{root}/tokens%2F..%2Fforeign%2Fx.key",
            "%2Fetc%2Fpasswd.key",
            "file://{root}/foreign/x.key",
            "file://{root}/tokens/good.key",
            r"{root}/tokens\..\foreign\x.key",
            r"{root}\tokens\good.key",
        ],
    )
    .await;
    // These are names of files in the folder: legal, as written, and there is none with such a name.
    for name in ["%2e%2e%2fforeign%2fx.key", "..%2fforeign%2fx.key", "..%252fforeign%252fx.key", r"..\foreign\x.key"] {
        let error = machine.refused(&machine.agent_for(name)).await;
        assert!(matches!(error, Error::CredentialFile { .. }), "{name}: {error}");
    }
}

#[tokio::test]
async fn cve_2024_35255_a_file_of_another_folder_is_refused() {
    let machine = Machine::new();
    for folder in ["tokens2", "tokens/below"] {
        fs::create_dir(machine.path(folder)).unwrap();
        fs::copy(machine.path("foreign/x.key"), machine.path(folder).join("x.key")).unwrap();
    }
    fs::copy(machine.path("foreign/x.key"), machine.path("tokensx.key")).unwrap();
    assert_refused(
        &machine,
        &[
            "{root}/foreign/x.key",
            "{root}/tokens2/x.key",
            "{root}/tokensx.key",
            "{root}/tokens/below/x.key",
            "{root}/TOKENS/good.key",
            "/etc/passwd",
            "/proc/self/environ",
            "x.key",
            "good.key",
            "tokens/good.key",
            "../foreign/x.key",
            "./good.key",
            "~/x.key",
        ],
    )
    .await;
}

#[tokio::test]
async fn cve_2024_35255_a_path_that_would_have_to_be_tidied_up_is_refused() {
    let machine = Machine::new();
    assert_refused(
        &machine,
        &[
            "{root}/tokens/",
            "{root}/tokens",
            "{root}/tokens/.",
            "{root}/tokens/..",
            "{root}/tokens/.key",
            "{root}/tokens/./good.key",
            "{root}/tokens/good.key/",
            "{root}/tokens/good.key/.",
            "{root}/tokens/good.KEY",
            "{root}/tokens/good.key;x",
            "{root}/tokens/good.key?x",
            "{root}/tokens/good.key#x",
            "{root}/tokens/good.key .",
            "/{root}/tokens/good.key",
            "{root}//tokens/good.key",
            "{root}/tokens//good.key",
        ],
    )
    .await;
}

#[tokio::test]
async fn control_characters_in_the_path_are_refused() {
    let machine = Machine::new();
    // What cuts a path short for the operating system, or begins a new line in a log.
    for character in ["\t", "\u{7f}"] {
        let path = format!("{}/good.key{character}.key", machine.text("tokens"));
        let agent = HostileAgent::challenging(&[&format!("Basic realm={path}")]);
        let outcome = machine.ask(&agent).await;
        assert_eq!(agent.received().iter().filter(|request| key_in(request).is_some()).count(), 0, "{path:?}");
        match outcome.unwrap_err() {
            // The HTTP library may have refused the header before.
            Error::Transport { error, .. } => assert_eq!(error.kind(), TransportErrorKind::Protocol, "{path:?}"),
            error => assert_path_refused(&error, &path),
        }
    }
}

#[tokio::test]
async fn a_nul_or_a_new_line_in_the_path_does_not_get_past_the_http_parser() {
    let machine = Machine::new();
    fs::write(machine.path("tokens/good"), KEY).unwrap();
    for end in ["\0.key", "\n.key", "\r.key", "\r\n .key"] {
        let path = format!("{}/good{end}", machine.text("tokens"));
        let agent = HostileAgent::challenging(&[&format!("Basic realm={path}")]);
        let error = machine.ask(&agent).await.unwrap_err();
        assert_eq!(agent.received().iter().filter(|request| key_in(request).is_some()).count(), 0, "{path:?}");
        let refused = match &error {
            Error::Transport { error, .. } => error.kind() == TransportErrorKind::Protocol,
            error => matches!(error, Error::Challenge { .. }),
        };
        assert!(refused, "{path:?}: {error}");
    }
    // Spelled out instead, they are characters of a name like any other, and there is no such file.
    for name in ["good%00.key", "good%0a.key", r"good\0.key", r"good\n.key"] {
        let error = machine.refused(&machine.agent_for(name)).await;
        assert!(matches!(error, Error::CredentialFile { .. }), "{name}: {error}");
    }
}
