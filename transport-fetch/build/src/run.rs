//! Folders, and programs that are run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let status = command.status().with_context(|| {
        format!("cannot run {}; install the tools with: bash scripts/test-fetch.sh --tools", program.display())
    })?;
    ensure!(status.success(), "{} failed: {status}", program.display());
    Ok(())
}

/// Makes a folder anew.
pub(crate) fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Copies a file into a folder.
pub(crate) fn copy_into(file: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(file.file_name().context("a file has a name")?);
    std::fs::copy(file, &to).with_context(|| format!("cannot copy {} to {}", file.display(), to.display()))?;
    Ok(())
}

/// The workspace.
pub(crate) fn workspace_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}

/// The folder of the package's own TypeScript.
pub(crate) fn js_dir() -> PathBuf {
    workspace_dir().join("transport-fetch/js")
}

/// Where everything is made.
pub(crate) fn npm_dir() -> PathBuf {
    // The compiler's settings name this folder too, so it does not follow CARGO_TARGET_DIR.
    workspace_dir().join("target/npm")
}
