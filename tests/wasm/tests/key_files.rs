//! Azure Arc's key file through a granted folder, read by the self-contained component in wasmtime: a good one gives a
//! token, any other is refused before anything of it is sent.
//!
//! The simulator plays the agent and writes real files. Where a refusal could be got around, the right key is behind it, so
//! that a component that went on would get a token.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_simulator::{Fault as SimulatedFault, FaultScript, SimulatedSource, Simulator};
use managed_identity_tests::loopback::server::Server;
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::bindings::client::Client;
use managed_identity_wasm_tests::bindings::host::types::{
    ChallengeProblem, Denial, Error, ErrorReason, Fault, FileProblem, FilePurpose, Identity, Stopped, Target, Token,
    TokenOptions, TokenRequest, TransportFailure,
};
use managed_identity_wasm_tests::store::store_with;
use managed_identity_wasmtime::{FileRule, Grants, add_client_grants_to_linker};
use tempfile::TempDir;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::FsPerms;

const RESOURCE: &str = "https://vault.azure.net";
const TOKENS: &str = "/var/opt/azcmagent/tokens";

/// What the component is granted: files, and whole folders, as hosts grant them that know no other way.
#[derive(Clone)]
struct Granted {
    grants: Grants,
    folders: Vec<(PathBuf, String)>,
}

impl Granted {
    fn without_files(mut self) -> Self {
        self.grants = self.grants.without_files();
        self
    }

    fn folder(mut self, host: &Path, guest: &str) -> Self {
        self.folders.push((host.to_owned(), guest.to_owned()));
        self
    }
}

/// Patient enough for every answer here, and too impatient for an endpoint that never opens.
const TIME_BUDGET_MILLISECONDS: u64 = 5_000;

/// Gets a token as a plug-in that is granted this.
async fn get_token(granted: Granted) -> Result<Token, Error> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    add_client_grants_to_linker(&mut linker).unwrap();
    let component = Component::new(&engine, Artifacts::of_project().client("self-contained").unwrap()).unwrap();
    let mut wasi = granted.grants.wasi();
    for (host, guest) in &granted.folders {
        wasi.preopened_dir(host, guest, FsPerms::ReadOnly).unwrap();
    }
    let mut store = store_with(&engine, &granted.grants, wasi.build()).unwrap();
    let client = Client::instantiate_async(&mut store, &component, &linker).await.unwrap();
    let target = Target::Resource(RESOURCE.to_owned());
    let options = TokenOptions {
        client_capabilities: Vec::new(),
        rejected_token: None,
        force_refresh: false,
        time_budget: Some(TIME_BUDGET_MILLISECONDS),
        retries: true,
        client_headers: true,
    };
    let request = TokenRequest { target, identity: Identity::SystemAssigned, options: Some(options) };
    client.managed_identity_client_tokens().call_get_token(&mut store, &request).await.unwrap()
}

/// What a host grants that found Azure Arc in these variables: the endpoint, and the agent's key files, which are where the
/// agent says.
fn granted<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Granted {
    let environment = Environment::from_lookup(|name| match name {
        "MANAGED_IDENTITY_KEY_DIRECTORY" => None,
        _ => variable(name).map(str::to_owned),
    });
    let facts = HostFacts::of(Platform::Linux);
    let source = detect(&environment, facts, DetectionOptions::default()).unwrap().source;
    let grants = Grants::for_source(&source, &environment).unwrap();
    assert_eq!(grants.files(), [FileRule::key_files(TOKENS)]);
    Granted { grants, folders: Vec::new() }
}

/// An agent that has made a key file and asks for its content.
struct Agent {
    simulator: Simulator,
    /// Where the key file is on the host.
    file: PathBuf,
    /// What the agent wrote into it.
    key: String,
}

impl Agent {
    fn new() -> Self {
        Self::of(Simulator::builder(SimulatedSource::AzureArc).start().unwrap())
    }

    /// The simulator makes a key file for each challenge, and names it by its path on the host. So one challenge is for the
    /// file, and the next, which the component gets, names it by the path that the agent's files have.
    fn of(simulator: Simulator) -> Self {
        let authority = simulator.base_url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(authority).unwrap();
        let address = "/metadata/identity/oauth2/token?api-version=2020-06-01&resource=r";
        write!(stream, "GET {address} HTTP/1.1\r\nhost: {authority}\r\nmetadata: true\r\nconnection: close\r\n\r\n")
            .unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
        let files: Vec<_> = fs::read_dir(simulator.key_folder().unwrap()).unwrap().collect();
        let [Ok(file)] = files.as_slice() else { panic!("not exactly one key file: {files:?}") };
        let file = file.path();
        let key = fs::read_to_string(&file).unwrap();
        let agent = Self { simulator, file, key };
        agent.challenge(&agent.guest_path());
        agent
    }

    /// Lets the next challenge name this path.
    fn challenge(&self, path: &str) {
        self.challenge_times(1, path);
    }

    fn challenge_times(&self, times: u32, path: &str) {
        let challenge = SimulatedFault::challenge(format!("Basic realm={path}")).times(times);
        self.simulator.set_faults(FaultScript::new().then(challenge)).unwrap();
    }

    fn name(&self) -> &str {
        self.file.file_name().unwrap().to_str().unwrap()
    }

    /// The key file's path as the component sees it.
    fn guest_path(&self) -> String {
        format!("{TOKENS}/{}", self.name())
    }

    /// Its key files, seen from where the simulator has them.
    fn granted(&self) -> Granted {
        let variables = self.simulator.environment();
        let Granted { grants, folders } = granted(|name| variables.get(name).map(String::as_str));
        Granted { grants: grants.files_from(self.folder()), folders }
    }

    fn folder(&self) -> &Path {
        self.file.parent().unwrap()
    }

    /// Whether each request of the component had a key in it.
    fn requests_with_key(&self) -> Vec<bool> {
        self.simulator.requests().iter().skip(1).map(|request| request.header("authorization").is_some()).collect()
    }

    /// The error of a component that sends no second request.
    async fn refused(&self, granted: Granted) -> Error {
        self.refused_after(1, granted).await
    }

    /// The error of a component that sends this many requests, none with a key.
    async fn refused_after(&self, requests: u32, granted: Granted) -> Error {
        let outcome = get_token(granted).await;
        assert_eq!(self.requests_with_key(), vec![false; requests as usize], "{:?}", outcome.map(|_| "a token"));
        let error = outcome.unwrap_err();
        assert!(!format!("{error:?}").contains(&self.key), "the key is in the error");
        assert!(!error.transient);
        let evidence = error.evidence.as_ref().unwrap();
        assert_eq!(
            (evidence.source.as_str(), evidence.attempts, evidence.stopped),
            ("azure-arc", requests, Stopped::Final)
        );
        error
    }

    /// The component refuses the key file for this reason, and says who can mend it.
    async fn assert_file_refused(&self, granted: Granted, problem: FileProblem, fault: Fault) {
        let requests = if problem == FileProblem::NotFound { 2 } else { 1 };
        let error = self.refused_after(requests, granted).await;
        let ErrorReason::CredentialFile(file) = &error.reason else { panic!("{error:?}") };
        assert_eq!((file.purpose, file.path.as_str()), (FilePurpose::ArcKey, self.guest_path().as_str()));
        assert_eq!((file.problem, error.fault), (problem, fault), "{}", error.message);
    }
}

fn temporary_folder() -> TempDir {
    TempDir::with_prefix("managed-identity-").unwrap()
}

fn write(file: &Path, content: &str) {
    fs::remove_file(file).unwrap();
    fs::write(file, content).unwrap();
}

#[tokio::test]
async fn a_good_key_file_gives_a_token() {
    let agent = Agent::new();
    let token = get_token(agent.granted()).await.unwrap();
    assert!(agent.simulator.is_valid_token(&token.access_token, RESOURCE));
    assert_eq!(token.source, "azure-arc");
    assert_eq!(agent.requests_with_key(), [false, true]);
}

#[tokio::test]
async fn a_link_to_a_file_in_the_folder_is_refused() {
    let agent = Agent::new();
    fs::rename(&agent.file, agent.file.with_file_name("another.key")).unwrap();
    symlink("another.key", &agent.file).unwrap();
    agent.assert_file_refused(agent.granted(), FileProblem::NotRegular, Fault::Security).await;
}

#[tokio::test]
async fn a_link_out_of_the_folder_is_refused() {
    let outside = temporary_folder();
    let target = outside.path().join("outside.key");
    for relative in [false, true] {
        let agent = Agent::new();
        fs::rename(&agent.file, &target).unwrap();
        // Both folders are temporary ones, side by side.
        let up = Path::new("..").join(outside.path().file_name().unwrap()).join("outside.key");
        symlink(if relative { &up } else { &target }, &agent.file).unwrap();
        assert_eq!(fs::read_to_string(&agent.file).unwrap(), agent.key, "the link leads nowhere");
        agent.assert_file_refused(agent.granted(), FileProblem::NotRegular, Fault::Security).await;
    }
}

#[tokio::test]
async fn a_folder_that_is_a_link_is_refused() {
    let parent = temporary_folder();
    let folder = parent.path().join("tokens");
    let builder = Simulator::builder(SimulatedSource::AzureArc).key_folder(&folder);
    let agent = Agent::of(builder.start().unwrap());
    let granted = agent.granted().without_files().folder(parent.path(), "/var/opt/azcmagent");

    fs::rename(&folder, parent.path().join("elsewhere")).unwrap();
    symlink("elsewhere", &folder).unwrap();
    agent.assert_file_refused(granted.clone(), FileProblem::FolderIsLink, Fault::Security).await;

    // The same folder, not by a link.
    fs::remove_file(&folder).unwrap();
    fs::rename(parent.path().join("elsewhere"), &folder).unwrap();
    agent.challenge(&agent.guest_path());
    get_token(granted).await.unwrap();
}

#[tokio::test]
async fn a_file_with_another_name_is_refused_wherever_that_name_is() {
    let outside = temporary_folder();
    let foreign = outside.path().join("foreign");
    let agent = Agent::new();
    fs::hard_link(&agent.file, &foreign).unwrap();
    agent.assert_file_refused(agent.granted(), FileProblem::NotRegular, Fault::Security).await;

    fs::remove_file(&foreign).unwrap();
    agent.challenge(&agent.guest_path());
    get_token(agent.granted()).await.unwrap();
}

#[tokio::test]
async fn a_file_of_more_than_4096_bytes_is_refused() {
    let agent = Agent::new();
    write(&agent.file, &"k".repeat(4097));
    agent.assert_file_refused(agent.granted(), FileProblem::TooLarge, Fault::Security).await;

    // One byte less is sent, though it is no key that the agent knows.
    let agent = Agent::new();
    write(&agent.file, &"k".repeat(4096));
    let error = get_token(agent.granted()).await.unwrap_err();
    let ErrorReason::Rejected(rejection) = &error.reason else { panic!("{error:?}") };
    assert_eq!(rejection.status, 401);
    assert_eq!(agent.requests_with_key(), [false, true]);
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    let agent = Agent::new();
    write(&agent.file, "");
    agent.assert_file_refused(agent.granted(), FileProblem::Empty, Fault::Host).await;
}

#[tokio::test]
async fn a_folder_with_the_name_of_a_key_file_is_refused() {
    let agent = Agent::new();
    fs::remove_file(&agent.file).unwrap();
    fs::create_dir(&agent.file).unwrap();
    agent.assert_file_refused(agent.granted(), FileProblem::NotRegular, Fault::Security).await;
}

#[tokio::test]
async fn a_missing_file_is_not_found() {
    let agent = Agent::new();
    fs::remove_file(&agent.file).unwrap();
    agent.challenge_times(2, &agent.guest_path());
    agent.assert_file_refused(agent.granted(), FileProblem::NotFound, Fault::Host).await;
}

#[tokio::test]
async fn a_folder_that_is_not_granted_is_denied() {
    // Another folder does not stand in for it, though the key is there.
    for other in [None, Some("/var/opt/azcmagent/tokens2")] {
        let agent = Agent::new();
        let nothing = agent.granted().without_files();
        let granted = other.iter().fold(nothing, |granted, guest| granted.folder(agent.folder(), guest));
        let error = agent.refused(granted).await;
        let ErrorReason::Denied(Denial::File(path)) = &error.reason else { panic!("{error:?}") };
        assert_eq!((path.as_str(), error.fault), (agent.guest_path().as_str(), Fault::Host));
    }
}

/// What a missing grant must not be taken for.
#[tokio::test]
async fn no_agent_is_told_apart_from_a_missing_grant() {
    // A server that is not open.
    let server = Server::new().unwrap();
    let base = format!("http://{}", server.authority());
    let endpoint = format!("{base}/metadata/identity/oauth2/token");
    let granted = granted(|name| match name {
        "IDENTITY_ENDPOINT" => Some(endpoint.as_str()),
        "IMDS_ENDPOINT" => Some(base.as_str()),
        _ => None,
    });
    let error = get_token(granted.without_files()).await.unwrap_err();
    assert!(matches!(error.reason, ErrorReason::Unavailable(TransportFailure::Connect)), "{error:?}");
}

#[tokio::test]
async fn a_path_outside_the_token_folder_is_refused() {
    for path in [
        "/etc/{name}",
        "/granted/{name}",
        "/var/opt/azcmagent/{name}",
        "/var/opt/azcmagent/tokens2/{name}",
        "/var/opt/azcmagent/tokens/../tokens/{name}",
        "/var/opt/azcmagent/tokens/../../../../granted/{name}",
        "/var/opt/azcmagent/tokens/below/{name}",
    ] {
        let agent = Agent::new();
        let folder = agent.folder();
        // The key is wherever a grant could lead.
        fs::create_dir(folder.join("below")).unwrap();
        fs::copy(&agent.file, folder.join("below").join(agent.name())).unwrap();
        let granted = ["/granted", "/etc", "/var/opt/azcmagent", "/var/opt/azcmagent/tokens2"]
            .into_iter()
            .fold(agent.granted(), |granted, guest| granted.folder(folder, guest));
        agent.challenge(&path.replace("{name}", agent.name()));
        let error = agent.refused(granted).await;
        assert!(matches!(error.reason, ErrorReason::Challenge(ChallengeProblem::Path)), "{path}: {error:?}");
        assert_eq!(error.fault, Fault::Security, "{path}");
    }
}
