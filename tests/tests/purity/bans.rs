//! Clippy's bans: `core/clippy.toml` names what the core must not use, and clippy reports every use.

use std::collections::BTreeSet;

use crate::command::{cargo_on_fixture, output_of, workspace};

/// One banned thing: the section of `clippy.toml`, which has the lint's name, and the path.
type Ban = (String, String);

fn bans() -> BTreeSet<Ban> {
    let text = std::fs::read_to_string(workspace().join("core/clippy.toml")).expect("core/clippy.toml exists");
    let settings: toml::Table = text.parse().expect("core/clippy.toml is TOML");
    let sections = settings.iter().filter(|(section, _)| section.starts_with("disallowed-"));
    sections
        .flat_map(|(section, entries)| {
            let entries = entries.as_array().expect("a list of bans");
            entries.iter().map(move |entry| {
                let text = |name: &str| entry.get(name).and_then(toml::Value::as_str);
                let path = text("path").expect("a ban has a path");
                assert!(text("reason").is_some(), "{path} is banned without a reason");
                (section.clone(), path.to_owned())
            })
        })
        .collect()
}

/// What clippy reports about the fixture under the core's settings.
fn reports() -> BTreeSet<Ban> {
    let mut clippy = cargo_on_fixture("impure", "clippy");
    clippy.env("CLIPPY_CONF_DIR", workspace().join("core")).arg("--message-format=json");
    let output = output_of(&mut clippy);
    output.lines().filter_map(|line| report(&serde_json::from_str(line).expect("cargo writes JSON"))).collect()
}

fn report(line: &serde_json::Value) -> Option<Ban> {
    let lint = line.pointer("/message/code/code")?.as_str()?.strip_prefix("clippy::disallowed_")?;
    let message = line.pointer("/message/message")?.as_str()?;
    Some((format!("disallowed-{lint}"), message.split('`').nth(1)?.to_owned()))
}

#[test]
fn every_ban_bites() {
    assert_eq!(reports(), bans(), "left: reported for tests/fixtures/impure, right: banned in core/clippy.toml");
}

#[test]
fn each_kind_of_impurity_is_banned() {
    let bans = bans();
    let must = [
        ("disallowed-methods", "std::time::SystemTime::now"),
        ("disallowed-methods", "std::env::var"),
        ("disallowed-methods", "std::fs::read"),
        ("disallowed-methods", "std::net::TcpStream::connect"),
        ("disallowed-methods", "std::thread::spawn"),
        ("disallowed-methods", "std::process::Command::new"),
        ("disallowed-types", "std::collections::HashMap"),
    ];
    for (section, path) in must {
        assert!(bans.contains(&(section.to_owned(), path.to_owned())), "{path} is not banned");
    }
}
