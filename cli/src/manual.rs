//! `manual`: man pages, one for the program and one for each of its commands.

use std::path::Path;

use crate::failure::Failure;

/// Writes the pages into a folder, such as `/usr/local/share/man/man1`.
pub(crate) fn write(command: clap::Command, folder: &Path) -> Result<(), Failure> {
    clap_mangen::generate_to(command, folder).map_err(|cause| Failure::Usage {
        message: format!("cannot write man pages to {}: {cause}", folder.display()),
        next_step: "name a folder that is there, and that this user may write to",
    })
}
