//! The program in Node that asks the package for tokens: one JSON document in each line, to it and from it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use managed_identity_tests::loopback::certificates;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub(crate) struct Node {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
    _authority: NamedTempFile,
}

impl Node {
    /// Starts it, with the authority of the loopback servers among those that Node trusts.
    pub(crate) fn start() -> std::io::Result<Self> {
        let root = certificates::get().map(|it| BASE64_STANDARD.encode(&it.root)).map_err(std::io::Error::other)?;
        let authority = NamedTempFile::new()?;
        let pem = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
        std::fs::write(authority.path(), pem)?;
        let mut process = Command::new("node")
            .arg(script())
            .env("NODE_EXTRA_CA_CERTS", authority.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = process.stdin.take().ok_or_else(|| std::io::Error::other("no standard input"))?;
        let output = process.stdout.take().ok_or_else(|| std::io::Error::other("no standard output"))?;
        Ok(Self { input, output: BufReader::new(output), _process: process, _authority: authority })
    }

    pub(crate) async fn say(&mut self, message: &Value) -> Result<(), String> {
        self.input.write_all(format!("{message}\n").as_bytes()).await.map_err(|error| error.to_string())
    }

    pub(crate) async fn listen(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).await.map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("Node did not answer JSON: {error}"))
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/node/vectors.mjs")
}
