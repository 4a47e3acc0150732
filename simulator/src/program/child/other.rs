//! A system without signals: a process can only be ended by force.

use std::convert::Infallible;
use std::io;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::program::signals::EndSignal;

/// No signal says anything to a command.
pub(super) struct Messages;

impl Messages {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Infallible {
        std::future::pending().await
    }
}

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

    pub(super) fn pass(&self, message: Infallible) -> io::Result<()> {
        match message {}
    }

    pub(super) fn kill(&self, child: &mut Child) -> io::Result<()> {
        child.start_kill()
    }

    pub(super) async fn end_by(&self, _: Instant) {}
}
