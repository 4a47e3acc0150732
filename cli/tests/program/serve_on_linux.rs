//! `serve` on Linux: modes of its files, Unix sockets, signals and the service manager.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use managed_identity_simulator::{Fault, SimulatedSource, Simulator};
use rustix::process::{getegid, geteuid};

use crate::served::{Served, exchange, served, tell, token_path};
use crate::support::{Outcome, RESOURCE, simulator};

#[test]
fn the_file_is_for_this_user_only_and_gone_at_the_end() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let folder = tempfile::tempdir().unwrap();
    let (file, notifications) = (folder.path().join("identity.env"), folder.path().join("notify"));
    let systemd = UnixDatagram::bind(&notifications).unwrap();
    let mut command = served(&simulator, &[]);
    let mut child = command.arg("--write-env").arg(&file).env("NOTIFY_SOCKET", &notifications).spawn().unwrap();
    let notified = || {
        let mut buffer = [0; 256];
        let length = systemd.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
    };
    assert_eq!(notified(), "READY=1");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let content = std::fs::read_to_string(&file).unwrap();
    assert!(content.starts_with("IDENTITY_ENDPOINT=http://127.0.0.1:") && content.contains("\nIDENTITY_HEADER="));
    tell(&child);
    assert_eq!(notified(), "STOPPING=1");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the socket of this test is left");
}

#[test]
fn who_has_asked_is_answered_before_the_end() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::pass().delay(Duration::from_secs(1))]);
    let served = Served::start(&simulator, &[]);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| served.get(RESOURCE).0);
        // The signal comes while the source is being asked.
        while !served.metrics().contains("managed_identity_source_requests_total 1") {
            std::thread::yield_now();
        }
        tell(&served.child);
        assert_eq!(asked.join().unwrap(), 200);
    });
}

#[test]
fn a_socket_is_for_this_user_only() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.sock");
    // One that was left behind is replaced.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let served = Served::start(&simulator, &["--socket", path.to_str().unwrap()]);
    assert_eq!(served.value("IDENTITY_SOCKET"), path.to_str().unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let ask = |header| exchange(UnixStream::connect(&path).unwrap(), &token_path(RESOURCE), header).0;
    assert_eq!((ask(Some(served.value("IDENTITY_HEADER"))), ask(None)), (200, 401));

    // One that is in use is not.
    let mut second = served_at(&simulator, &path);
    assert_eq!(second.output().unwrap().status.code(), Some(2));
    assert_eq!(served.end().0, 0);
    assert!(!path.exists());
}

#[test]
fn a_socket_has_the_mode_and_the_group_that_were_given() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.sock");
    // Only root may give what it makes to any group.
    let group = if geteuid().is_root() { 4242 } else { getegid().as_raw() };
    let socket = ["--socket", path.to_str().unwrap()];
    let options = ["--socket-mode", "0660", "--socket-group", &group.to_string()];
    let running = Served::start(&simulator, &[&socket[..], &options].concat());
    let made = std::fs::metadata(&path).unwrap();
    assert_eq!((made.permissions().mode() & 0o777, made.gid()), (0o660, group));
    assert_eq!(running.end().0, 0);

    for wrong in [["--socket-mode", "0999"], ["--socket-group", "no-such-group"], ["--allow-from", "127.0.0.1"]] {
        let mut command = served_at(&simulator, &path);
        command.args(wrong);
        assert_eq!(Outcome::of(command).code, 2, "{wrong:?}");
    }
    let outcome = Outcome::of(served(&simulator, &["--socket-mode", "0660", "--write-env", "-"]));
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(!path.exists());
}

fn served_at(simulator: &Simulator, path: &Path) -> Command {
    let mut command = served(simulator, &["--write-env", "-", "--socket"]);
    command.arg(path);
    command
}
