//! Making a module smaller by wasm-opt, which finds a tenth that the compiler leaves.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// What the compiler uses of WebAssembly beyond its first version, and every host with components has.
const FEATURES: [&str; 6] =
    ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];

/// Writes the module `from`, made smaller, to `to`; `flags` are further ones of wasm-opt.
///
/// # Errors
/// When wasm-opt is not installed, or does not take the module.
pub fn optimize(from: &Path, to: &Path, flags: &[&str]) -> Result<()> {
    // A function with one caller is made part of it only when it is small: compressed, the module is smaller so. No address
    // is below 1024 where it counts, since there the stack would be at its end.
    let usual = ["-Oz", "--converge", "--one-caller-inline-max-function-size=20", "--low-memory-unused"];
    wasm_opt(from, to, &[&usual, flags].concat()).map(drop)
}

/// Runs wasm-opt on the module `from`, so that it writes `to`; the answer is what it prints.
///
/// # Errors
/// When wasm-opt is not installed, or does not take the module.
pub fn wasm_opt(from: &Path, to: &Path, flags: &[&str]) -> Result<String> {
    let program = program();
    let output = Command::new(&program)
        .args(flags)
        .args(FEATURES.map(|feature| format!("--enable-{feature}")))
        .arg(from)
        .arg("--output")
        .arg(to)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}; install it with: npm ci --prefix component", program.display()))?;
    ensure!(output.status.success(), "wasm-opt does not take {}", from.display());
    String::from_utf8(output.stdout).context("wasm-opt does not print UTF-8")
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/.bin/wasm-opt")
}
