//! Unix: a process group of its own, and its end by a signal to all of it.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// What a program's name may end with.
pub(super) const ENDINGS: &[&str] = &[""];

/// Whether there is a file that somebody may execute.
pub(super) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// In a group of its own, and in a folder that is nobody's.
pub(super) fn prepared(mut command: Command) -> Command {
    command.process_group(0).current_dir("/");
    command
}

/// Whether it has ended. It is left as it is, so that its number, which is also its group's, is not given to another process.
pub(super) fn has_ended(child: &mut Child) -> io::Result<bool> {
    let Some(id) = id(child) else { return Ok(true) };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(id), options) {
        Ok(status) => Ok(status.is_some()),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Ends the whole group.
pub(super) fn end(child: &mut Child) {
    if let Some(id) = id(child) {
        // Nothing is left of a group that has ended by itself.
        let _ = kill_process_group(id, Signal::KILL);
    }
    let _ = child.wait();
}

fn id(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()).ok()?)
}
