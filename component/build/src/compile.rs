//! From source to component: cargo makes a module, wasm-opt makes it smaller, and `wit-component` makes the module a component.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};

use crate::encode::encode;
use crate::optimize::optimize;
use crate::strip::stripped;
use crate::world::World;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "component";

/// One build at a time: they share a target folder.
static BUILDING: Mutex<()> = Mutex::new(());

/// The component of a world without custom sections, built if it is not up to date, in `target/components`.
///
/// # Errors
/// When it cannot be built; the compiler's own messages are on standard error.
pub fn component(world: World) -> Result<PathBuf> {
    let component = stripped(&build(world)?)?;
    let file = components_dir().join(format!("{world}.wasm"));
    // Another test may have it open, so what is there already is left alone.
    if std::fs::read(&file).ok().as_ref() != Some(&component) {
        let folder = components_dir();
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let unfinished = folder.join(format!("{world}.{}.unfinished", std::process::id()));
        std::fs::write(&unfinished, component).with_context(|| format!("cannot write {}", unfinished.display()))?;
        std::fs::rename(&unfinished, &file).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(file)
}

/// Builds the component of a world, as the tools make it.
///
/// # Errors
/// When it cannot be built; the compiler's own messages are on standard error.
pub fn build(world: World) -> Result<Vec<u8>> {
    encode(&module(world)?, world)
}

fn module(world: World) -> Result<Vec<u8>> {
    let _guard = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    // A target folder of its own, so that a build from within a test never waits for the build of the tests.
    let target_dir = target_dir().join("component-build").join(world.name());
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["rustc", "--quiet", "--package", "managed-identity-component", "--features", world.name()])
        // Not the other kind as well, beside which cargo leaves out the optimisation across crates.
        .args(["--lib", "--crate-type", "cdylib"])
        .args(["--target", TARGET, "--profile", PROFILE])
        .arg("--manifest-path")
        .arg(workspace_dir().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths()?)
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "cargo could not build the module of {world}; is the target {TARGET} installed?");
    let compiled = target_dir.join(TARGET).join(PROFILE).join("managed_identity_component.wasm");
    let optimized = compiled.with_extension("optimized.wasm");
    if !is_newer(&optimized, &compiled) {
        optimize(&compiled, &optimized, &[])?;
    }
    std::fs::read(&optimized).with_context(|| format!("cannot read {}", optimized.display()))
}

fn is_newer(file: &Path, other: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|it| it.modified());
    matches!((modified(file), modified(other)), (Ok(file), Ok(other)) if file > other)
}

/// Flags for the compiler that keep this machine's folders out of a module, since panics name the file they come from: what
/// `CARGO_ENCODED_RUSTFLAGS` takes.
///
/// # Errors
/// When the compiler cannot be asked where it is.
pub fn remapped_paths() -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"))).unwrap_or_default();
    let mut folders = vec![(workspace_dir(), String::new()), (home.clone(), String::new())];
    // The compiler takes the last that fits.
    let sources = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    folders.extend(sources.map(|source| (source.path(), String::new())));
    // Where the standard library's source is installed, the compiler names that instead of the usual.
    let sysroot = compiler_says(&["--print", "sysroot"])?;
    let version = compiler_says(&["--verbose", "--version"])?;
    if let Some(commit) = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")) {
        folders.push((Path::new(sysroot.trim()).join("lib/rustlib/src/rust"), format!("/rustc/{commit}/")));
    }
    let flags = folders.iter().map(|(folder, name)| format!("--remap-path-prefix={}/={name}", folder.display()));
    Ok(flags.collect::<Vec<_>>().join("\u{1f}"))
}

fn compiler_says(arguments: &[&str]) -> Result<String> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).args(arguments).output().context("cannot run rustc")?;
    String::from_utf8(output.stdout).context("rustc does not speak UTF-8")
}

fn workspace_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}

fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => workspace_dir().join(folder),
        None => workspace_dir().join("target"),
    }
}

fn components_dir() -> PathBuf {
    target_dir().join("components")
}
