//! `managed-identity-link-matrix [WORD...]`
//!
//! Links the client into guests of every kind, and prints a line for each. Words choose the guests in whose line all of
//! them are. The guests are in `guests/`; those of the last run are left in the target folder as components.

mod guest;
mod imports;
mod shape;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::shape::Shape;

/// The features of `managed-identity-wasi` that are tried, as cargo takes them.
const CLIENTS: [&str; 3] = ["p2", "p3", "p2,p3"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_chosen = |line: &str| words.iter().all(|word| line.split_whitespace().any(|it| it == word));
    let (mut linked, mut failed, mut left_out) = (0, 0, 0);
    for shape in Shape::all() {
        if let Some(reason) = shape.left_out() {
            if is_chosen(&shape.to_string()) {
                left_out += 1;
                println!("-      {shape} {:5} left out: {reason}", "any");
            }
            continue;
        }
        for clients in CLIENTS {
            let line = format!("{shape} {clients:5}");
            if !is_chosen(&line) {
                continue;
            }
            let begun = Instant::now();
            match link(shape, clients) {
                Ok(size) => {
                    linked += 1;
                    println!("links  {line} {:5.1} s {:5} KB", begun.elapsed().as_secs_f64(), size / 1024);
                }
                Err(error) => {
                    failed += 1;
                    println!("FAILS  {line}\n{error:#}");
                }
            }
        }
    }
    println!("{linked} link, {failed} fail, {left_out} kinds left out");
    if failed == 0 && linked > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Builds the guest and looks whether the clients are in it; the answer is its size in bytes.
fn link(shape: Shape, clients: &str) -> Result<usize> {
    let component = guest::build(shape, clients)?;
    imports::check(&component, clients)?;
    let std = if shape.std { "std" } else { "no-std" };
    let clients = clients.replace(',', "-");
    let name = [shape.kind.name(), shape.target.name(), std, shape.beside.name(), &clients, "wasm"].join(".");
    let folder = guest::target_dir().join("components");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = folder.join(name);
    std::fs::write(&file, &component).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(component.len())
}
