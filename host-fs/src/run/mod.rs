//! Running a developer tool: without a shell, with no input, in a group of its own, for a limited time.

mod drain;
mod search;
mod spawn;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

use std::ffi::OsStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use managed_identity_core::{CommandError, CommandErrorKind, CommandOutput, CommandRequest};

use self::drain::Drain;
pub use self::search::find_program;

/// How long is waited for output that is still on its way when the program has ended: what it left behind may keep the
/// other end of the pipe open for ever.
const STRAGGLERS: Duration = Duration::from_millis(100);

/// How often is looked whether the program has ended, at first and at last.
const FIRST_LOOK: Duration = Duration::from_millis(1);
const LAST_LOOK: Duration = Duration::from_millis(20);

/// Runs a command by the rules that the request states, and waits for its end.
///
/// The program is looked for in the absolute folders of `search_path` (in the form of `PATH`) only: an empty or relative one
/// means whatever folder this program happens to be in. It is started without a shell, with no input, in the root folder
/// (Windows: the system's folder), with the environment of this process but for what is withheld. On Unix it gets a process
/// group of its own. When its time is over, when it writes too much or when `cancelled` becomes true, all of the group is
/// ended, and on Windows the program and all that it started.
///
/// What it wrote is secret; copies made on the way are wiped.
///
/// # Errors
/// A [`CommandError`] when the program is not there, cannot be started, or was ended before its end. One that fails is no
/// error: its exit code is in the output.
pub fn run(
    command: &CommandRequest,
    search_path: &OsStr,
    cancelled: &AtomicBool,
) -> Result<CommandOutput, CommandError> {
    // A limit beyond every clock is none.
    let deadline = Instant::now().checked_add(command.time_limit);
    let program =
        find_program(command.programs, search_path).ok_or_else(|| CommandError::new(CommandErrorKind::NotFound, ""))?;
    let mut child = system::prepared(spawn::command(&program, command)).spawn().map_err(|error| failed(&error))?;
    let drains = Drain::of(child.stdout.take(), command.max_output)
        .and_then(|output| Ok((output, Drain::of(child.stderr.take(), command.max_output)?)));
    let ended = drains.map_err(|error| failed(&error)).and_then(|(output, errors)| {
        wait(&mut child, deadline, cancelled, || output.is_full() || errors.is_full())?;
        Ok((output, errors))
    });
    let (output, errors) = match ended {
        Ok(drains) => drains,
        Err(error) => {
            system::end(&mut child);
            return Err(error);
        }
    };
    // Ended already.
    let status = child.wait().map_err(|error| failed(&error))?;
    let last = Instant::now() + STRAGGLERS;
    let (output, errors) = (output.content(last), errors.content(last));
    match (output, errors) {
        (Some(output), Some(errors)) => Ok(CommandOutput::new(status.code(), output, errors)),
        _ => Err(CommandError::new(CommandErrorKind::OutputTooLarge, "")),
    }
}

/// Waits for the end of the program, as long as it keeps the rules.
fn wait(
    child: &mut std::process::Child,
    deadline: Option<Instant>,
    cancelled: &AtomicBool,
    is_too_much: impl Fn() -> bool,
) -> Result<(), CommandError> {
    let mut pause = FIRST_LOOK;
    while !system::has_ended(child).map_err(|error| failed(&error))? {
        if is_too_much() {
            return Err(CommandError::new(CommandErrorKind::OutputTooLarge, ""));
        }
        if cancelled.load(Ordering::Relaxed) {
            return Err(CommandError::new(CommandErrorKind::Failed, "it was cancelled"));
        }
        let left = deadline.map_or(Duration::MAX, |it| it.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Err(CommandError::new(CommandErrorKind::Timeout, ""));
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(LAST_LOOK);
    }
    Ok(())
}

fn failed(error: &std::io::Error) -> CommandError {
    CommandError::new(CommandErrorKind::Failed, &error.to_string())
}
