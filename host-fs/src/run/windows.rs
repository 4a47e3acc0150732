//! Windows: programs have endings, batch files among them, and what a program started is ended by the system's own tool.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What a program's name may end with. The standard library starts batch files with the arguments escaped as `cmd.exe`
/// reads them, and refuses those that cannot be.
pub(super) const ENDINGS: &[&str] = &[".exe", ".cmd", ".bat"];

/// No console window, and no Ctrl-C from ours:
/// <https://learn.microsoft.com/windows/win32/procthread/process-creation-flags>
const CREATE_NO_WINDOW: u32 = 0x0800_0000;
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;

/// Whether there is such a file.
pub(super) fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// In a folder that only administrators may write to.
pub(super) fn prepared(mut command: Command) -> Command {
    command.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP).current_dir(system_folder());
    command
}

/// Whether it has ended.
pub(super) fn has_ended(child: &mut Child) -> io::Result<bool> {
    Ok(child.try_wait()?.is_some())
}

/// Ends it and all that it started.
pub(super) fn end(child: &mut Child) {
    let taskkill = system_folder().join("System32").join("taskkill.exe");
    let id = child.id().to_string();
    let _ = Command::new(taskkill)
        .args(["/T", "/F", "/PID", &id])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .creation_flags(CREATE_NO_WINDOW)
        .status();
    // Should that tool be missing.
    let _ = child.kill();
    let _ = child.wait();
}

fn system_folder() -> PathBuf {
    env::var_os("SystemRoot").unwrap_or_else(|| OsString::from(r"C:\Windows")).into()
}
