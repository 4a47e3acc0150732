//! Real files, and the rules under which they may be read.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use managed_identity_core::{
    Acquire, FileErrorKind, FileRequest, HttpResponse, Platform, Source, Step, TokenRequest, UnixTime,
};
use managed_identity_fs::read;
use tempfile::TempDir;

/// The request that the state machine makes for the key file `name` in `directory`.
fn key_file(directory: &Path, name: &str) -> FileRequest {
    let directory = directory.to_str().unwrap();
    let endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
    let source = Source::azure_arc(endpoint, directory, Platform::Linux).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let now = UnixTime::from_secs(1_700_000_000);
    let Step::Http { then, .. } = Acquire::new(source, request).unwrap().start(1, now) else { panic!("no request") };
    let realm = format!("Basic realm={directory}/{name}");
    let challenge = HttpResponse::new(401, Vec::new()).with_header("www-authenticate", realm.as_bytes());
    match then.resume(Ok(challenge), now) {
        Step::ReadFile { file, .. } => file,
        step => panic!("{step:?}"),
    }
}

/// The request that the state machine makes for the federated token at `path`.
fn federated_token(path: &Path) -> FileRequest {
    let source =
        Source::workload_identity(None, "tenant", Some("client"), path.to_str().unwrap(), Platform::Linux).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    match Acquire::new(source, request).unwrap().start(1, UnixTime::from_secs(1_700_000_000)) {
        Step::ReadFile { file, .. } => file,
        step => panic!("{step:?}"),
    }
}

fn kind(file: &FileRequest) -> FileErrorKind {
    read(file).unwrap_err().kind()
}

#[test]
fn a_key_file_is_read() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("x.key"), "the key\n").unwrap();
    assert_eq!(read(&key_file(folder.path(), "x.key")).unwrap(), b"the key\n");
}

#[test]
fn a_key_file_may_have_4096_bytes_and_no_more() {
    let folder = TempDir::new().unwrap();
    let file = key_file(folder.path(), "x.key");
    for (len, expected) in [(0, Ok(0)), (4096, Ok(4096)), (4097, Err(FileErrorKind::TooLarge))] {
        fs::write(folder.path().join("x.key"), vec![b'k'; len]).unwrap();
        assert_eq!(read(&file).map(|it| it.len()).map_err(|it| it.kind()), expected, "{len}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_hides_its_size_is_still_limited() {
    // Files of the kernel are regular, claim to be empty, and are not.
    let mut file = federated_token(Path::new("/proc/self/status"));
    assert!(!read(&file).unwrap().is_empty());
    file.max_len = 16;
    assert_eq!(kind(&file), FileErrorKind::TooLarge);
}

#[test]
fn a_link_in_place_of_the_key_file_is_refused() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(elsewhere.path().join("secret"), "not for the endpoint").unwrap();
    fs::write(folder.path().join("sibling.key"), "the key").unwrap();
    symlink(elsewhere.path().join("secret"), folder.path().join("outside.key")).unwrap();
    symlink("sibling.key", folder.path().join("inside.key")).unwrap();
    symlink("nowhere", folder.path().join("dangling.key")).unwrap();
    for name in ["outside.key", "inside.key", "dangling.key"] {
        assert_eq!(kind(&key_file(folder.path(), name)), FileErrorKind::NotRegular, "{name}");
    }
}

#[test]
fn a_link_in_place_of_the_folder_is_refused() {
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(elsewhere.path().join("x.key"), "not for the endpoint").unwrap();
    let folder = parent.path().join("tokens");
    symlink(elsewhere.path(), &folder).unwrap();
    assert_eq!(kind(&key_file(&folder, "x.key")), FileErrorKind::OutsideDirectory);
}

#[test]
fn a_link_above_the_folder_is_followed() {
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::create_dir(elsewhere.path().join("tokens")).unwrap();
    fs::write(elsewhere.path().join("tokens/x.key"), "the key").unwrap();
    symlink(elsewhere.path(), parent.path().join("agent")).unwrap();
    assert_eq!(read(&key_file(&parent.path().join("agent/tokens"), "x.key")).unwrap(), b"the key");
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("tokens");
    fs::write(&folder, "").unwrap();
    assert_eq!(kind(&key_file(&folder, "x.key")), FileErrorKind::OutsideDirectory);
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("folder.key")).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket.key")).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("pipe.key"), mode).unwrap();
    for name in ["folder.key", "socket.key", "pipe.key"] {
        assert_eq!(kind(&key_file(folder.path(), name)), FileErrorKind::NotRegular, "{name}");
        assert_eq!(kind(&federated_token(&folder.path().join(name))), FileErrorKind::NotRegular, "{name}");
    }
}

#[test]
fn a_missing_file_or_folder_is_not_found() {
    let folder = TempDir::new().unwrap();
    assert_eq!(kind(&key_file(folder.path(), "x.key")), FileErrorKind::NotFound);
    assert_eq!(kind(&key_file(&folder.path().join("tokens"), "x.key")), FileErrorKind::NotFound);
    assert_eq!(kind(&federated_token(&folder.path().join("token"))), FileErrorKind::NotFound);
}

#[test]
fn a_path_that_is_not_in_the_folder_is_refused_although_the_file_exists() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    for name in ["x.key", "below/x.key"] {
        fs::write(folder.path().join(name), "the key").unwrap();
    }
    let mut file = key_file(folder.path(), "x.key");
    let inside = file.path.clone();
    let directory = folder.path().to_str().unwrap();
    for path in
        [format!("{directory}/below/x.key"), format!("{directory}/below/../x.key"), format!("{directory}//x.key")]
    {
        file.path = path;
        assert_eq!(kind(&file), FileErrorKind::OutsideDirectory, "{}", file.path);
    }
    file.path = inside;
    file.platform = Platform::Other;
    assert_eq!(kind(&file), FileErrorKind::OutsideDirectory, "a platform without such a folder");
}

#[test]
fn a_federated_token_is_read_through_the_links_of_a_projected_volume() {
    let volume = TempDir::new().unwrap();
    fs::create_dir(volume.path().join("..2026_01_01")).unwrap();
    fs::write(volume.path().join("..2026_01_01/token"), "the token").unwrap();
    symlink("..2026_01_01", volume.path().join("..data")).unwrap();
    symlink("..data/token", volume.path().join("token")).unwrap();
    let file = federated_token(&volume.path().join("token"));
    assert_eq!(read(&file).unwrap(), b"the token");
}

#[test]
fn a_federated_token_has_a_limit_too() {
    let volume = TempDir::new().unwrap();
    let path = volume.path().join("token");
    let file = federated_token(&path);
    for (len, expected) in [(64 * 1024, Ok(64 * 1024)), (64 * 1024 + 1, Err(FileErrorKind::TooLarge))] {
        fs::write(&path, vec![b't'; len]).unwrap();
        assert_eq!(read(&file).map(|it| it.len()).map_err(|it| it.kind()), expected, "{len}");
    }
}
