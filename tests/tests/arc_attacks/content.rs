//! The file is one of the folder, and its content must not be sent.

use std::fs;

use managed_identity_reqwest::core::{Fault, FileErrorKind};

use crate::agent::key_in;
use crate::machine::{KEY, Machine};

#[tokio::test]
async fn a_file_of_more_than_4096_bytes_is_refused_and_not_cut() {
    let machine = Machine::new();
    for len in [4097, 65_536, 8 << 20] {
        fs::write(machine.path("tokens/x.key"), "k".repeat(len)).unwrap();
        machine.assert_file_refused("x.key", FileErrorKind::TooLarge, Fault::Security).await;
    }
    // A file of a terabyte, of which the disk has nothing.
    let sparse = fs::File::create(machine.path("tokens/x.key")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    machine.assert_file_refused("x.key", FileErrorKind::TooLarge, Fault::Security).await;
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    let machine = Machine::new();
    for content in ["", "\n", "\r\n"] {
        fs::write(machine.path("tokens/x.key"), content).unwrap();
        machine.assert_file_refused("x.key", FileErrorKind::Empty, Fault::Host).await;
    }
}

/// Whoever can have a key sent could otherwise have a header, or a whole request, sent with it.
#[tokio::test]
async fn content_that_would_split_the_request_is_refused() {
    let machine = Machine::new();
    for end in [
        "\r\nx-injected: 1",
        "\nx-injected: 1",
        "\rx-injected: 1",
        "\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n",
        "\n\n",
        "\r\n\r\n",
        "\0",
        "\0x",
        "\t",
        "\u{7f}",
        "\u{1b}[31m",
        "\u{e9}",
        "\u{2028}",
    ] {
        fs::write(machine.path("tokens/x.key"), [KEY, end].concat()).unwrap();
        machine.assert_file_refused("x.key", FileErrorKind::IllegalContent, Fault::Host).await;
    }
    fs::write(machine.path("tokens/x.key"), [KEY.as_bytes(), &[0xff, 0xfe]].concat()).unwrap();
    machine.assert_file_refused("x.key", FileErrorKind::IllegalContent, Fault::Host).await;
}

#[tokio::test]
async fn one_line_end_is_not_part_of_the_key() {
    let machine = Machine::new();
    for end in ["", "\n", "\r\n"] {
        fs::write(machine.path("tokens/x.key"), [KEY, end].concat()).unwrap();
        let agent = machine.agent_for("x.key");
        machine.ask(&agent).await.unwrap();
        assert_eq!(agent.received().last().and_then(|request| key_in(request)), Some(KEY), "{end:?}");
    }
}
