//! Making a module smaller by wasm-opt, which finds a tenth that the compiler leaves.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// What the compiler uses of WebAssembly beyond its first version, and every host with components has.
const FEATURES: [&str; 6] =
    ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];

/// Writes the module `from`, made smaller, to `to`; `flags` are further ones of wasm-opt.
///
/// # Errors
/// When wasm-opt is not installed, or does not take the module.
pub fn optimize(from: &Path, to: &Path, flags: &[&str]) -> Result<()> {
    let program = program();
    let status = Command::new(&program)
        .args(["-Oz", "--converge"])
        .args(flags)
        .args(FEATURES.map(|feature| format!("--enable-{feature}")))
        .arg(from)
        .arg("--output")
        .arg(to)
        .status()
        .with_context(|| format!("cannot run {}; install it with: npm ci --prefix component", program.display()))?;
    ensure!(status.success(), "wasm-opt does not take {}", from.display());
    Ok(())
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/.bin/wasm-opt")
}
