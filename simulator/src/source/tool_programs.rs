//! The small programs that play developer tools.

use std::ffi::OsString;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;
use std::{env, io};

use crate::error::SimulatorError;

/// The programs of all tools that are played; those that are not simulated say that they are not installed, so that no
/// real one is run.
const PROGRAMS: [&str; 3] = ["az", "azd", "pwsh"];

/// Hands its arguments to the simulator at `{authority}` and writes what it answers, to standard error where it refuses.
/// `read` takes byte by byte from a connection, so that the body is left for `cat`.
const RELAY: &str = r#"#!/usr/bin/env bash
export LC_ALL=C
encode() {
  local text=${1//%/%25}
  text=${text//&/%26}
  text=${text//+/%2B}
  printf '%s' "${text//=/%3D}"
}
form="resource=$(encode "$MANAGED_IDENTITY_POWERSHELL_RESOURCE")&tenant=$(encode "$MANAGED_IDENTITY_POWERSHELL_TENANT")"
for argument in "$@"; do
  # What has several words is a script, which is not run.
  case $argument in *' '*) ;; *) form="$form&argument=$(encode "$argument")" ;; esac
done
exec 3<>"/dev/tcp/{host}/{port}" || exit 1
printf 'POST /{program} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n' >&3
printf 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s' "${#form}" "$form" >&3
read -r _ status _ <&3 || exit 1
while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do :; done
if [ "$status" = 200 ]; then cat <&3; else cat <&3 >&2; exit 1; fi
"#;

const ABSENT: &str = "#!/bin/sh\necho '{program}: command not found' >&2\nexit 127\n";

/// Makes the programs in `folder`, of which `simulated` asks the simulator at `base_url`.
pub(super) fn write(folder: &Path, simulated: &str, base_url: &str) -> Result<(), SimulatorError> {
    let authority = base_url.split_once("://").map_or(base_url, |(_, authority)| authority);
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    for program in PROGRAMS {
        let script = if program == simulated { RELAY } else { ABSENT };
        let script = script.replace("{host}", host).replace("{port}", port).replace("{program}", program);
        let path = folder.join(program);
        make(&path, &script).map_err(SimulatorError::file("write", &path))?;
    }
    Ok(())
}

/// Has another process write the program: a file that is open for writing in this one, for a moment in a process that another
/// thread starts, could not be executed (ETXTBSY).
#[cfg(unix)]
fn make(path: &Path, script: &str) -> io::Result<()> {
    let write = "printf %s \"$2\" > \"$1\" && chmod 755 \"$1\"";
    let status = Command::new("/bin/sh").args(["-c", write, "sh"]).arg(path).arg(script).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("the shell could not write it")) }
}

#[cfg(not(unix))]
fn make(_: &Path, _: &str) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "tools are simulated on Unix only"))
}

/// The folder before all others of this process.
pub(super) fn search_path(folder: &Path) -> String {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&inherited));
    env::join_paths(folders).unwrap_or_else(|_| OsString::from(folder)).to_string_lossy().into_owned()
}
