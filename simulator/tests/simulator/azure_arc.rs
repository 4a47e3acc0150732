//! The dialect of Azure Arc: the challenge and its key files.

use std::fs;
use std::path::{Path, PathBuf};

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator, SimulatorBuilder};

use crate::support::{RESOURCE, Reply, assert_token, get, start, with_query};

const METADATA: (&str, &str) = ("Metadata", "true");
const PARAMETERS: [(&str, &str); 2] = [("api-version", "2020-06-01"), ("resource", RESOURCE)];

fn ask(simulator: &Simulator, parameters: &[(&str, &str)], key: Option<&str>) -> Reply {
    let url = with_query(&simulator.environment()["IDENTITY_ENDPOINT"], parameters);
    let authorization = key.map(|key| format!("Basic {key}"));
    let mut headers = vec![METADATA];
    headers.extend(authorization.as_deref().map(|value| ("Authorization", value)));
    get(simulator, &url, &headers).unwrap()
}

/// The key file that the challenge of `reply` names.
fn key_file(reply: &Reply) -> PathBuf {
    assert_eq!(reply.refusal(), (401, "unauthorized".to_owned()));
    reply.header("www-authenticate").strip_prefix("Basic realm=").unwrap().into()
}

fn files_in(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn the_content_of_the_key_file_buys_one_token() {
    let simulator = start(SimulatedSource::AzureArc);
    let folder = simulator.key_folder().unwrap();
    let path = key_file(&ask(&simulator, &PARAMETERS, None));
    assert_eq!(path.parent(), Some(folder));
    assert_eq!(path.extension().unwrap(), "key");
    let key = fs::read_to_string(&path).unwrap();
    assert!(key.len() >= 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));

    let document = ask(&simulator, &PARAMETERS, Some(&key)).json();
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
    assert!(document["expires_on"].is_string() && document["expires_in"].is_string());
    assert!(document.get("client_id").is_none());
    assert!(!path.exists());
    assert_eq!(ask(&simulator, &PARAMETERS, Some(&key)).refusal(), (401, "unauthorized".to_owned()));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_key_file() {
    use std::os::unix::fs::PermissionsExt;

    let simulator = start(SimulatedSource::AzureArc);
    let path = key_file(&ask(&simulator, &PARAMETERS, None));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(simulator.key_folder().unwrap()), 0o700);

    let outer = tempfile::tempdir().unwrap();
    let made = outer.path().join("tokens");
    let _simulator = Simulator::builder(SimulatedSource::AzureArc).key_folder(&made).start().unwrap();
    assert_eq!(mode(&made), 0o700);
}

#[cfg(unix)]
#[test]
fn a_group_may_read_the_key_files_when_it_is_told_to() {
    use std::os::unix::fs::MetadataExt;

    let here = tempfile::tempdir().unwrap();
    // Root may give a file to any group, others to their own only.
    let root = rustix::process::geteuid().is_root();
    let group = if root { 4711 } else { rustix::process::getegid().as_raw() };
    let made = here.path().join("agent/tokens");
    let access = |path: &Path| {
        let metadata = fs::metadata(path).unwrap();
        (metadata.gid(), metadata.mode() & 0o777)
    };
    let before = access(here.path());
    for folder in [None, Some(made.as_path()), Some(here.path())] {
        let builder = Simulator::builder(SimulatedSource::AzureArc).key_access(Some(group), 0o640);
        let simulator = folder.into_iter().fold(builder, SimulatorBuilder::key_folder).start().unwrap();
        let path = key_file(&ask(&simulator, &PARAMETERS, None));
        assert_eq!(access(&path), (group, 0o640));
        let folder = path.parent().unwrap();
        if folder == here.path() {
            assert_eq!(access(folder), before, "a folder that was there stays as it was");
        } else {
            assert_eq!(access(folder), (group, 0o750));
        }
        if folder == made {
            assert_eq!(access(made.parent().unwrap()), (group, 0o750), "the group gets there");
        }
    }
}

#[test]
fn the_folder_is_told_by_a_variable() {
    let simulator = start(SimulatedSource::AzureArc);
    let told = &simulator.environment()["MANAGED_IDENTITY_KEY_DIRECTORY"];
    assert_eq!(Some(Path::new(told)), simulator.key_folder());
    assert!(!start(SimulatedSource::Imds).environment().contains_key("MANAGED_IDENTITY_KEY_DIRECTORY"));
}

#[test]
fn every_challenge_has_a_file_of_its_own() {
    let simulator = start(SimulatedSource::AzureArc);
    let first = key_file(&ask(&simulator, &PARAMETERS, None));
    let second = key_file(&ask(&simulator, &PARAMETERS, None));
    assert_ne!(first, second);
    assert_ne!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    for path in [second, first] {
        let key = fs::read_to_string(path).unwrap();
        assert_eq!(ask(&simulator, &PARAMETERS, Some(&key)).status, 200);
    }
}

#[test]
fn a_wrong_key_is_refused_and_the_file_stays() {
    let simulator = start(SimulatedSource::AzureArc);
    let path = key_file(&ask(&simulator, &PARAMETERS, None));
    assert_eq!(ask(&simulator, &PARAMETERS, Some("wrong")).refusal(), (401, "unauthorized".to_owned()));
    assert!(path.exists());
}

#[test]
fn a_selector_is_echoed() {
    let simulator = start(SimulatedSource::AzureArc);
    for (name, id) in [
        ("client_id", AssignedIdentity::USER_CLIENT_ID),
        ("object_id", AssignedIdentity::USER_OBJECT_ID),
        ("msi_res_id", AssignedIdentity::USER_RESOURCE_ID),
    ] {
        let parameters = [PARAMETERS[0], PARAMETERS[1], (name, id)];
        let key = fs::read_to_string(key_file(&ask(&simulator, &parameters, None))).unwrap();
        let document = ask(&simulator, &parameters, Some(&key)).json();
        assert_token(&simulator, &document, AssignedIdentity::USER_CLIENT_ID);
        assert_eq!(document[name], id);
    }
}

#[test]
fn the_selector_name_that_the_agent_does_not_know_is_ignored() {
    let simulator = start(SimulatedSource::AzureArc);
    let parameters = [PARAMETERS[0], PARAMETERS[1], ("mi_res_id", AssignedIdentity::USER_RESOURCE_ID)];
    let key = fs::read_to_string(key_file(&ask(&simulator, &parameters, None))).unwrap();
    let document = ask(&simulator, &parameters, Some(&key)).json();
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
    assert!(document.get("mi_res_id").is_none());
}

#[test]
fn mistakes_get_no_challenge() {
    let simulator = start(SimulatedSource::AzureArc);
    for parameters in [
        &PARAMETERS[..1],
        &PARAMETERS[1..],
        &[("api-version", "2019-08-15"), PARAMETERS[1]],
        &[PARAMETERS[0], PARAMETERS[1], ("client_id", "nobody")],
    ] {
        assert_eq!(ask(&simulator, parameters, None).refusal(), (400, "invalid_request".to_owned()));
    }
    let url = with_query(&simulator.environment()["IDENTITY_ENDPOINT"], &PARAMETERS);
    assert_eq!(get(&simulator, &url, &[]).unwrap().refusal(), (400, "bad_request_102".to_owned()));
    assert_eq!(files_in(simulator.key_folder().unwrap()), 0);
}

#[test]
fn the_temporary_folder_goes_with_the_simulator() {
    let simulator = start(SimulatedSource::AzureArc);
    let path = key_file(&ask(&simulator, &PARAMETERS, None));
    drop(simulator);
    assert!(!path.exists() && !path.parent().unwrap().exists());
}

#[test]
fn a_given_folder_stays_and_a_made_one_goes() {
    let given = tempfile::tempdir().unwrap();
    let made = given.path().join("outer/tokens");
    fs::write(given.path().join("other.key"), "not ours").unwrap();
    for folder in [given.path(), &made] {
        let simulator = Simulator::builder(SimulatedSource::AzureArc).key_folder(folder).start().unwrap();
        assert_eq!(simulator.key_folder(), Some(folder));
        assert_eq!(key_file(&ask(&simulator, &PARAMETERS, None)).parent(), Some(folder));
    }
    assert_eq!(files_in(given.path()), 1);
}

#[test]
fn key_files_do_not_grow_without_end() {
    let simulator = start(SimulatedSource::AzureArc);
    let url = with_query(&simulator.environment()["IDENTITY_ENDPOINT"], &PARAMETERS);
    let agent = crate::support::agent(&simulator);
    for _ in 0..1030 {
        assert_eq!(agent.get(&url).header(METADATA.0, METADATA.1).call().unwrap().status(), 401);
    }
    assert_eq!(files_in(simulator.key_folder().unwrap()), 1024);
}
