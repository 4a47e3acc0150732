//! A running `serve`, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use managed_identity_simulator::Simulator;
use serde_json::Value;

use crate::support::{RESOURCE, json, program};

/// A running `serve`, and what it has told on standard output.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) lines: Vec<(String, String)>,
}

impl Served {
    pub(crate) fn start(simulator: &Simulator, arguments: &[&str]) -> Self {
        Self::of(served(simulator, arguments))
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let mut child =
            command.args(["--write-env", "-"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(2).map(Result::unwrap);
        let lines =
            lines.map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap());
        Self { lines: lines.collect(), child }
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        &self.lines.iter().find(|(it, _)| it == name).unwrap().1
    }

    pub(crate) fn address(&self) -> &str {
        self.value("IDENTITY_ENDPOINT").strip_prefix("http://").unwrap().split_once('/').unwrap().0
    }

    /// A connection on which no answer is waited for without end.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    pub(crate) fn get(&self, resource: &str) -> (u16, Value) {
        self.ask(resource, Some(self.value("IDENTITY_HEADER")))
    }

    pub(crate) fn ask(&self, resource: &str, header: Option<&str>) -> (u16, Value) {
        let (status, body) = exchange(self.connect(), &token_path(resource), header);
        (status, json(&body))
    }

    pub(crate) fn metrics(&self) -> String {
        exchange(self.connect(), "/metrics", None).1
    }

    /// Ends it by force, and tells what it wrote on standard error.
    pub(crate) fn stop(mut self) -> String {
        self.child.kill().unwrap();
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        told
    }

    /// Asks it to end, and tells its exit code and what it wrote on standard error.
    #[cfg(unix)]
    pub(crate) fn end(mut self) -> (i32, String) {
        tell(&self.child);
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (self.child.wait().unwrap().code().unwrap(), told)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn served(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = program(&["serve", "--allow-resource", RESOURCE]);
    command.args(arguments).envs(simulator.environment());
    command
}

#[cfg(unix)]
pub(crate) fn tell(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    kill_process(Pid::from_child(child), Signal::TERM).unwrap();
}

pub(crate) fn token_path(resource: &str) -> String {
    format!("/msi/token?api-version=2019-08-01&resource={resource}")
}

/// One request on a connection of its own.
pub(crate) fn exchange(
    mut stream: impl std::io::Read + std::io::Write,
    path: &str,
    header: Option<&str>,
) -> (u16, String) {
    let header = header.map(|it| format!("X-IDENTITY-HEADER: {it}\r\n")).unwrap_or_default();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
