//! The challenge itself is hostile: the right file is there, and is not read.

use managed_identity_reqwest::core::{ChallengeError, OtherContent};

use crate::agent::HostileAgent;
use crate::machine::{Machine, assert_challenge, assert_path_refused};

/// Sends these challenges, in which `{key}` is the path of a good key file.
async fn assert_refused(challenges: &[&str], expected: &ChallengeError) {
    let machine = Machine::new();
    let key = machine.text("tokens/good.key");
    let challenges: Vec<_> = challenges.iter().map(|challenge| challenge.replace("{key}", &key)).collect();
    let agent = HostileAgent::challenging(&challenges.iter().map(String::as_str).collect::<Vec<_>>());
    assert_challenge(&machine.refused(&agent).await, expected);
}

#[tokio::test]
async fn another_scheme_is_refused() {
    for challenge in
        ["Bearer realm={key}", "Digest realm={key}", "Negotiate", "NTLM {key}", "Basicrealm={key}", "realm={key}", ""]
    {
        assert_refused(&[challenge], &ChallengeError::Scheme).await;
    }
}

#[tokio::test]
async fn two_challenges_are_refused_even_if_one_is_good() {
    assert_refused(&["Basic realm={key}", "Basic realm={key}"], &ChallengeError::Several).await;
    assert_refused(&["Basic realm={key}", "Bearer realm=x"], &ChallengeError::Several).await;
    assert_refused(&["Bearer realm=x", "Basic realm={key}"], &ChallengeError::Several).await;
    for challenge in [
        "Basic realm={key}, Basic realm={key}",
        "Basic realm=\"{key}\", Bearer",
        "Basic realm=\"{key}\" realm=\"/etc/passwd\"",
        "Basic realm={key},realm=/etc/passwd",
    ] {
        assert_refused(&[challenge], &ChallengeError::Several).await;
    }
}

#[tokio::test]
async fn no_challenge_and_half_of_one_are_refused() {
    assert_refused(&[], &ChallengeError::Missing { said: None }).await;
    for challenge in [
        "Basic",
        "Basic {key}",
        "Basic realm",
        "Basic realm=",
        "Basic realm=\"\"",
        "Basic realm=\"{key}",
        "Basic realm={key}\"",
        "Basic realm=\"",
        "Basic charset=UTF-8, realm={key}",
        "Basic file={key}",
    ] {
        assert_refused(&[challenge], &ChallengeError::Realm).await;
    }
}

/// A backslash in a quoted string is for the character after it (RFC 9110, section 5.6.4). A path that needs it is none
/// that an agent has, and reading it two ways is how two parsers come to disagree.
#[tokio::test]
async fn a_quoted_realm_with_escapes_is_not_unescaped() {
    let machine = Machine::new();
    let key = machine.text("tokens/good.key");
    for escaped in
        [key.replace("good", r"\g\o\o\d"), key.replace("/good", r"\/good"), key.replace("tokens", r"\tokens")]
    {
        let agent = HostileAgent::challenging(&[&format!("Basic realm=\"{escaped}\"")]);
        let error = machine.refused(&agent).await;
        match &error {
            // A backslash may stand in the name of a file, of which there is none here.
            managed_identity_reqwest::Error::CredentialFile { path, .. } => assert_eq!(*path, escaped),
            error => assert_path_refused(error, &escaped),
        }
    }
    assert_refused(&[r#"Basic realm="{key}\"""#], &ChallengeError::Several).await;
    assert_refused(&[r#"Basic realm="\"{key}\"""#], &ChallengeError::Several).await;
}

#[tokio::test]
async fn a_token_without_a_challenge_is_refused() {
    let machine = Machine::new();
    for status in ["200 OK", "201 Created", "204 No Content"] {
        let challenge = format!("www-authenticate: Basic realm={}", machine.text("tokens/good.key"));
        let agent = HostileAgent::answering(format!("HTTP/1.1 {status}\r\n{challenge}\r\ncontent-length: 0\r\n"));
        assert_challenge(
            &machine.refused(&agent).await,
            &ChallengeError::NotChallenged { found: Some(OtherContent::Empty) },
        );
    }
}

/// A challenge with any other status is an answer like any other, and no file is read for it.
#[tokio::test]
async fn a_challenge_with_another_status_is_none() {
    let machine = Machine::new();
    for status in ["302 Found", "400 Bad Request", "403 Forbidden", "407 Proxy Authentication Required"] {
        let key = machine.text("tokens/good.key");
        let headers = format!("www-authenticate: Basic realm={key}\r\nproxy-authenticate: Basic realm={key}");
        let location = format!("location: http://127.0.0.1:9/{key}");
        let agent =
            HostileAgent::answering(format!("HTTP/1.1 {status}\r\n{headers}\r\n{location}\r\ncontent-length: 0\r\n"));
        let error = machine.refused(&agent).await;
        assert!(matches!(error, managed_identity_reqwest::Error::Endpoint { .. }), "{status}: {error}");
    }
}
