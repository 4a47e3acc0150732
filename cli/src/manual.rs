//! `manual`: man pages, one for the program and one for each of its commands.

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::failure::Failure;

/// What each page says below where it is from. A command by itself knows neither the program nor its version.
const FROM: &str = concat!("managed-identity ", env!("CARGO_PKG_VERSION"));

/// Writes the pages into a folder, such as `/usr/local/share/man/man1`.
pub(crate) fn write(command: Command, folder: &Path) -> Result<(), Failure> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    write_each(&command, folder).map_err(|cause| Failure::Usage {
        message: format!("cannot write man pages to {}: {cause}", folder.display()),
        next_step: "name a folder that is there, and that this user may write to",
    })
}

fn write_each(command: &Command, folder: &Path) -> io::Result<()> {
    for subcommand in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        write_each(subcommand, folder)?;
    }
    Man::new(command.clone()).source(FROM).generate_to(folder).map(drop)
}
