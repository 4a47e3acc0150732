//! `doctor`: what is wrong with this machine, and who can mend it how.
//!
//! Facts are gathered first (`gather`), then judged by checks that do nothing but look at them (`checks`), and told
//! (`report`).

mod arguments;
mod checks;
mod facts;
mod finding;
mod gather;
#[cfg(test)]
mod machines;
mod report;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

pub(crate) use arguments::{DoctorArguments, DoctorFormat};

use crate::failure::Failure;
use crate::output::print;

pub(crate) fn execute(mut arguments: DoctorArguments) -> Result<ExitCode, Failure> {
    // Whoever asks what is wrong does not want to wait until it mends itself.
    arguments.credential.patience.fail_fast = true;
    let facts = gather::gather(&arguments)?;
    let findings = checks::all(&facts);
    let text = match arguments.output {
        DoctorFormat::Text => {
            report::text(&findings, io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        }
        DoctorFormat::Json => report::json(&findings),
    };
    print(text.as_bytes())?;
    Ok(ExitCode::from(report::exit_code(&findings)))
}
