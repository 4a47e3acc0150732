//! The hosts, and how each runs its guest.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use managed_identity_simulator::SimulatedSource;
use serde_json::json;

use crate::machine::{Machine, SECRET};
use crate::verdict::Verdict;

/// A host that others wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A host of agent tools, with the tool of the example.
    Act,
    /// Python's package, with a core module around the machine, and requests sent by a function of the host.
    Extism,
    /// The same, with requests sent by Extism itself.
    ExtismHttp,
    /// Node, with a command for WASI 0.2.
    Jco,
    /// The program, with the same command.
    Wasmtime,
}

/// What the guest may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grants {
    Nothing,
    /// The call to the endpoint.
    Call,
    /// The call, and the folder of the key files.
    CallAndFolder,
}

impl Host {
    pub(crate) const ALL: [Self; 5] = [Self::Act, Self::Extism, Self::ExtismHttp, Self::Jco, Self::Wasmtime];

    /// The word that chooses it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Extism => "extism",
            Self::ExtismHttp => "extism-http",
            Self::Jco => "jco",
            Self::Wasmtime => "wasmtime",
        }
    }

    /// Why it cannot be tried here.
    pub(crate) fn left_out(self) -> Option<&'static str> {
        let is_there = self != Self::Wasmtime || wasmtime().is_file();
        (!is_there).then_some("the program is not there; bash scripts/test-hosts.sh --all builds it")
    }

    /// Its name and version, as the table has them.
    pub(crate) fn title(self) -> Result<String> {
        let version = |package: &str| -> Result<String> {
            let text = std::fs::read_to_string(folder("node").join("node_modules").join(package).join("package.json"))?;
            let document: serde_json::Value = serde_json::from_str(&text)?;
            Ok(document["version"].as_str().context("no version")?.to_owned())
        };
        Ok(match self {
            Self::Act => format!("ACT {}, the tool of `examples/agent-tool`", version("@actcore/act")?),
            Self::Extism | Self::ExtismHttp => {
                let pinned = std::fs::read_to_string(folder("requirements.txt"))?;
                let version = pinned.lines().find_map(|line| line.strip_prefix("extism==")).context("no version")?;
                let sender = if self == Self::Extism { "the host's function sends" } else { "Extism sends" };
                format!("Extism {version} in Python, {sender}")
            }
            Self::Jco => format!("jco-transpile {} in Node", version("@bytecodealliance/jco-transpile")?),
            Self::Wasmtime => {
                let mut program = command(wasmtime());
                program.arg("--version");
                let version = output(program)?;
                let version = version.split_whitespace().nth(1).context("no version")?;
                format!("the program `wasmtime` {version}")
            }
        })
    }

    /// The grants that make a difference for this source.
    pub(crate) fn grants(self, source: SimulatedSource) -> Vec<Grants> {
        match (self, source) {
            (Self::ExtismHttp, SimulatedSource::Imds) => vec![Grants::Call],
            (Self::ExtismHttp, _) => Vec::new(),
            (_, SimulatedSource::AzureArc) => vec![Grants::Nothing, Grants::Call, Grants::CallAndFolder],
            (_, SimulatedSource::ServiceFabric) => vec![Grants::Call],
            _ => vec![Grants::Nothing, Grants::Call],
        }
    }

    /// How they are said to this host.
    pub(crate) const fn granted(self, grants: Grants) -> &'static str {
        match (self, grants) {
            (_, Grants::Nothing) => "nothing",
            (Self::Act, Grants::Call) => "`--allow wasi:http`",
            (Self::Act, Grants::CallAndFolder) => {
                "`--allow wasi:http --allow wasi:filesystem`, for what `act.toml` declares"
            }
            (Self::Extism, Grants::Call) => "one address, by the host's function",
            (Self::Extism, Grants::CallAndFolder) => "one address and one folder, by the host's functions",
            (Self::ExtismHttp, _) => "`allowed_hosts`",
            (Self::Jco, Grants::Call) => "one host and port, by a wrapped `outgoing-handler`",
            (Self::Jco, Grants::CallAndFolder) => "the same, and `preopens` of one folder",
            (Self::Wasmtime, Grants::Call) => "`-S http`: every call there is",
            (Self::Wasmtime, Grants::CallAndFolder) => "`-S http --dir FOLDER::FOLDER`",
        }
    }

    /// What has to come of it.
    pub(crate) const fn due(self, source: SimulatedSource, grants: Grants) -> Verdict {
        match (self, source, grants) {
            (Self::ExtismHttp, ..) => Verdict::Refused("that no redirect is followed"),
            (Self::Extism, SimulatedSource::ServiceFabric, _) => Verdict::Refused("an encrypted connection"),
            (Self::Wasmtime, _, Grants::Nothing) => Verdict::NotStarted,
            (_, SimulatedSource::ServiceFabric, _) => Verdict::Refused("the pinned certificate"),
            (_, _, Grants::Nothing) => Verdict::CallDenied,
            (_, SimulatedSource::AzureArc, Grants::Call) => Verdict::FileDenied,
            (..) => Verdict::Token,
        }
    }

    /// Runs the guest: all that it and its host print.
    pub(crate) fn ask(self, machine: &Machine, grants: Grants) -> Result<String> {
        let has_folder = grants == Grants::CallAndFolder;
        let key_folder = || machine.key_folder().context("there is no folder of key files");
        let mut run = match self {
            Self::Act => {
                let tool = packed(machine, &guest("managed_identity_agent_tool.wasm"))?;
                let metadata = json!({"identity": machine.settings()}).to_string();
                let arguments = json!({"vault": machine.vault(), "secret": SECRET.0}).to_string();
                let mut act = command(folder("node").join("node_modules/.bin/act"));
                act.args(["call", "-vv"]).arg(tool).args(["secret_length", "--args", &arguments]);
                act.arg("--metadata-file").arg(machine.file("metadata.json", &metadata)?);
                if grants != Grants::Nothing {
                    act.args(["--allow", "wasi:http"]);
                }
                if has_folder {
                    act.args(["--allow", "wasi:filesystem"]);
                }
                act
            }
            Self::Extism | Self::ExtismHttp => {
                let mut python = command(folder(".venv/bin/python"));
                python.arg("host.py").arg(guest("extism_plugin.wasm"));
                python.arg(if self == Self::Extism { "token_length" } else { "token_length_by_built_in_http" });
                python.arg(machine.file("settings.json", &machine.settings().to_string())?);
                if grants != Grants::Nothing {
                    python.args(["--allow-url", &machine.endpoint()]);
                }
                if has_folder {
                    python.arg("--allow-folder").arg(key_folder()?);
                }
                python.current_dir(folder("extism"));
                python
            }
            Self::Jco => {
                let mut node = command("node");
                node.arg("jco.mjs").arg(guest("command.wasm"));
                node.arg(machine.file("settings.json", &machine.settings().to_string())?);
                if grants != Grants::Nothing {
                    node.args(["--allow", &machine.authority()]);
                }
                if has_folder {
                    node.arg("--folder").arg(key_folder()?);
                }
                node
            }
            Self::Wasmtime => {
                let mut program = command(wasmtime());
                program.arg("run");
                if grants != Grants::Nothing {
                    program.args(["-S", "http"]);
                }
                if has_folder {
                    let key_folder = key_folder()?.display();
                    program.args(["--dir", &format!("{key_folder}::{key_folder}")]);
                }
                // The settings can hold a secret, and everybody sees a command line.
                let settings = machine.file("settings.json", &machine.settings().to_string())?;
                program.arg(guest("command.wasm")).stdin(File::open(settings)?);
                program
            }
        };
        run.env("RUST_LOG", "trace");
        output(run)
    }
}

/// The tool with its capabilities in it, and among them the folder of this machine's key files.
pub(crate) fn packed(machine: &Machine, tool: &Path) -> Result<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/agent-tool/act.toml");
    let mut description = std::fs::read_to_string(project)?;
    if let Some(folder) = machine.key_folder() {
        description = description.replace("/var/opt/azcmagent/tokens", &folder.to_string_lossy());
    }
    let description = machine.file("act.toml", &description)?;
    let packed = description.with_file_name("tool.wasm");
    std::fs::copy(tool, &packed)?;
    let mut pack = command(folder("node").join("node_modules/.bin/act-build"));
    pack.arg("pack").arg(&packed).current_dir(machine.folder());
    let said = output(pack)?;
    ensure!(said.contains("wrote packed WASM component"), "{said}");
    Ok(packed)
}

/// A command with no input, in the folder of the hosts in Node, that meets no other identity than the one it is told of.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).current_dir(folder("node"));
    command
}

/// All that a command prints, however it ends.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    Ok(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

pub(crate) fn guest(file: &str) -> PathBuf {
    guests().join(file)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Where `scripts/test-hosts.sh` puts the guests.
fn guests() -> PathBuf {
    std::env::var_os("MANAGED_IDENTITY_GUESTS").map_or_else(|| folder("../../target/hosts/guests"), PathBuf::from)
}

fn wasmtime() -> PathBuf {
    guests().join("../wasmtime/bin/wasmtime")
}
