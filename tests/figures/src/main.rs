//! The tables and pictures of the pages that show figures:
//!
//! ```text
//! managed-identity-figures fleet [--check]   the tables of docs/fleet.md and docs/pictures/fleet.svg
//! managed-identity-figures benchmarks FILE   docs/pictures/benchmarks.svg, of what the benchmarks printed into the file
//! managed-identity-figures history FILE      prints the rows that the nightly run kept, a column a commit
//! ```

mod benchmarks;
mod colour;
mod fleet;
mod history;
mod page;
mod picture;
mod report;

use std::error::Error;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fleet"] => fleet::write()?,
        ["fleet", "--check"] => return fleet::check(),
        ["benchmarks", file] => benchmarks::write(file)?,
        ["history", file] => print!("{}", history::table(&std::fs::read_to_string(file)?)),
        _ => {
            eprintln!("usage: managed-identity-figures fleet [--check] | benchmarks FILE | history FILE");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
