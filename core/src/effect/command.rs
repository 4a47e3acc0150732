//! A command that a driver runs.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::values::wipe;

/// A program to run, and the rules under which it may be run.
///
/// It is run without a shell, with no input, in a folder that does not depend on where this program runs, and in a group of
/// processes of its own, all of which are ended when the time is over or the flow is cancelled. The program is looked for in the
/// absolute folders of the search path only. It inherits the environment but for what is [`withheld`](Self::withheld).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandRequest {
    /// The names of the program, without the ending that Windows gives it. The first that there is counts.
    pub programs: &'static [&'static str],
    /// The arguments. None of them is secret.
    pub arguments: Vec<String>,
    /// Variables that are set for it beside what it inherits.
    pub environment: Vec<(&'static str, String)>,
    /// Variables that it does not inherit: secrets that are none of its business.
    pub withheld: &'static [&'static str],
    /// How long it may take.
    pub time_limit: Duration,
    /// The most bytes of its output to accept, and of its error output too.
    pub max_output: usize,
}

/// What a command wrote until it ended. Wiped when dropped, since a token is in it.
#[derive(Default)]
pub struct CommandOutput {
    exit_code: Option<i32>,
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl CommandOutput {
    /// What a command wrote to its standard output and to its standard error, and its exit code: `None` when a signal
    /// ended it.
    #[must_use]
    pub const fn new(exit_code: Option<i32>, output: Vec<u8>, errors: Vec<u8>) -> Self {
        Self { exit_code, output, errors }
    }

    /// The exit code; `None` when a signal ended it.
    #[must_use]
    pub const fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// What it wrote to its standard output. Secret.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// What it wrote to its standard error.
    #[must_use]
    pub fn errors(&self) -> &[u8] {
        &self.errors
    }
}

impl Drop for CommandOutput {
    fn drop(&mut self) {
        wipe(core::mem::take(&mut self.output));
        wipe(core::mem::take(&mut self.errors));
    }
}

impl fmt::Debug for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandOutput")
            .field("exit_code", &self.exit_code)
            .field("output", &self.output.len())
            .field("errors", &self.errors.len())
            .finish()
    }
}
