//! A system without signals: a process can only be ended by force.

use std::io;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::program::signals::EndSignal;

/// The command's process.
pub(super) struct Processes;

impl Processes {
    pub(super) fn separate(_: &mut Command) {}

    pub(super) fn of(_: &Child, _: bool) -> Self {
        Self
    }

    pub(super) fn are_separate(&self) -> bool {
        false
    }

    /// The console has told every process that is attached to it by itself.
    pub(super) fn tell(&self, _: &mut Child, _: EndSignal) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn kill(&self, child: &mut Child) -> io::Result<()> {
        child.start_kill()
    }

    pub(super) async fn end_by(&self, _: Instant) {}
}
