//! The body of a request, from a file or from standard input.

use std::fs;
use std::io::{self, Read as _};

use crate::failure::Failure;

/// Reads all of it before anything is sent, so that its length can be told.
pub(super) fn read(from: &str) -> Result<Vec<u8>, Failure> {
    let content = if from == "-" {
        let mut content = Vec::new();
        io::stdin().read_to_end(&mut content).map(|_| content)
    } else {
        fs::read(from)
    };
    content.map_err(|cause| Failure::Usage {
        message: format!("cannot read the body from {from}: {cause}"),
        next_step: "check the path, or give - for standard input",
    })
}
