//! What the benchmarks share: the contestants, a loopback endpoint, the stopwatch and the report.
//!
//! `cargo bench --manifest-path tests/benchmarks/Cargo.toml` prints one line `ratio NAME OURS PEER OURS/PEER` for each
//! comparison, in nanoseconds unless the name says otherwise, and one line `budget NAME VALUE LIMIT met|missed` for each
//! budget. With `-- --check` a missed budget is an error. Nothing leaves the machine.

use std::error::Error;
use std::process::{Command, ExitCode};

pub mod endpoint;
pub mod measure;
pub mod ours;
pub mod peer;
pub mod report;

use report::Report;

/// What every contestant asks for.
pub const RESOURCE: &str = "https://vault.azure.net";
pub const SCOPE: &str = "https://vault.azure.net/.default";

/// The App Service endpoint of the contestants whose transport is faked; nobody listens there.
pub const NO_ENDPOINT: &str = "http://127.0.0.1:9/msi/token";
pub const IDENTITY_HEADER: &str = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a";

/// As long as the token of a managed identity usually is.
pub const TOKEN_LENGTH: usize = 1500;

/// An answer of App Service.
pub fn answer() -> String {
    let token = "e".repeat(TOKEN_LENGTH);
    format!(
        r#"{{"access_token":"{token}","client_id":"5e29463d-71da-4fe0-8e69-999b57db23b0","expires_on":"4102444800","resource":"{RESOURCE}","token_type":"Bearer"}}"#
    )
}

/// The same whatever the token is asked for.
pub fn answer_for_anything() -> String {
    format!(r#"{{"access_token":"{}","expires_on":"4102444800","token_type":"Bearer"}}"#, "e".repeat(TOKEN_LENGTH))
}

/// The same with a token that is to be renewed at once.
pub fn answer_due_at_once() -> String {
    answer_for_anything().replacen('{', r#"{"refresh_in":"0","#, 1)
}

/// Runs a benchmark in a process whose environment names an App Service endpoint, since `azure_identity` takes it from
/// there and from nowhere else, and in which errors capture no backtraces.
pub fn run(benchmark: impl FnOnce(&mut Report) -> Result<(), Box<dyn Error>>) -> Result<ExitCode, Box<dyn Error>> {
    if std::env::var("IDENTITY_ENDPOINT").as_deref() != Ok(NO_ENDPOINT) {
        let mut again = Command::new(std::env::current_exe()?);
        again.args(std::env::args_os().skip(1)).envs(app_service(NO_ENDPOINT));
        again.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        let status = again.status()?;
        return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let mut report = Report::default();
    benchmark(&mut report)?;
    let check = std::env::args().any(|argument| argument == "--check");
    Ok(if check && report.has_missed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The environment of a program on App Service.
pub fn app_service(endpoint: &str) -> [(&'static str, &str); 2] {
    [("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", IDENTITY_HEADER)]
}
