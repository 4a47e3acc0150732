//! Builds a guest, and makes it a component where the target's linker does not.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use wit_component::ComponentEncoder;

use crate::shape::{Beside, Kind, Shape, Target};

/// The component that a guest of this shape is, with the clients of these features.
///
/// # Errors
/// What compiler or linker say against it.
pub(crate) fn build(shape: Shape, clients: &str) -> Result<Vec<u8>> {
    let package = match (shape.kind, shape.beside) {
        (_, Beside::ActSdk) => "tool",
        (Kind::Bin, _) if shape.has_start() => "program",
        (Kind::Bin, _) => "exporter",
        (Kind::Cdylib, _) => "library",
    };
    let mut features = vec![clients];
    if shape.beside != Beside::ActSdk {
        features.push(if shape.std { "std" } else { "no-std" });
    }
    if !matches!(shape.beside, Beside::Nothing | Beside::ActSdk) {
        features.push(shape.beside.name());
    }
    let target = shape.target.name();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["rustc", "--quiet", "--package", package, "--target", target, "--features", &features.join(",")])
        .arg("--manifest-path")
        .arg(guests().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target_dir());
    if shape.kind == Kind::Cdylib {
        cargo.args(["--lib", "--crate-type", "cdylib"]);
    }
    let output = cargo.output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("{}", what_is_wrong(&String::from_utf8_lossy(&output.stderr)));
    }
    let file = target_dir().join(target).join("debug").join(package).with_extension("wasm");
    let built = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    match shape.target {
        Target::Wasip2 => Ok(built),
        Target::Unknown => ComponentEncoder::default().validate(true).module(&built)?.encode(),
    }
}

/// Where the guests are built.
pub(crate) fn target_dir() -> PathBuf {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project.join("target"), |it| project.join(it));
    target.join("link")
}

fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guests")
}

/// What cargo prints, without the linker's command line, which is as long as a page.
fn what_is_wrong(printed: &str) -> String {
    let is_command = |line: &&str| line.len() > 300;
    printed.lines().filter(|line| !is_command(line) && !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::what_is_wrong;

    #[test]
    fn the_linker_s_command_line_is_left_out() {
        let printed = format!("error: linking failed\n\n  = note: {}\n  = note: no such symbol\n", "x".repeat(400));
        assert_eq!(what_is_wrong(&printed), "error: linking failed\n  = note: no such symbol");
    }
}
