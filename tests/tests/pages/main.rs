//! The pages for people stay true where that can be held cheaply: links lead somewhere, texts of errors are those that people
//! get to read, and limits on sizes are those that are checked. That the commands are understood is a test of the program's.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod errors;
mod figures;
mod links;
mod page;
