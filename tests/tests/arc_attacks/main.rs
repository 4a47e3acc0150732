//! Attacks on Azure Arc's key files, each through the whole native client.
//!
//! The agent asks for a proof: it names a file, and the client sends the file's content. CVE-2024-35255 was that clients
//! read whatever file was named, so that any process on the agent's address could have other files of the host. Here such
//! a process is a server that would gladly give a token for the content, and there is a file it wants. Each test asserts
//! that the flow ends with an error of the right kind, that no second request was sent, and that nothing of the file is in
//! what the server received nor in the error.
//!
//! | file | attack |
//! | --- | --- |
//! | `path` | the path in the challenge leads elsewhere |
//! | `windows` | the same by the path rules of Windows |
//! | `challenge` | the challenge itself is not one |
//! | `file` | the file is another one, or no file, or not one of the folder |
//! | `content` | the file is too large or must not be in a header |
//! | `exchange` | the file changes while it is read |
//! | `endpoint` | the environment leads the client to another machine |
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod agent;
mod challenge;
mod content;
mod endpoint;
mod exchange;
mod file;
mod machine;
mod path;
mod windows;
