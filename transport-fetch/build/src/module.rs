//! The WebAssembly modules and their glue.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use managed_identity_component_build::{optimize, remapped_paths};
use wasm_bindgen_cli_support::Bindgen;

use crate::names::shorten_names;
use crate::run::{empty, npm_dir, run, workspace_dir};
use crate::types::finish_types;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "component";

/// A module of the package.
#[derive(Clone, Copy)]
pub(crate) enum Module {
    /// Managed identity.
    Machine,
    /// The same with credentials beside it, and chains of them.
    Chain,
}

impl Module {
    /// The name of its glue.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Chain => "chain",
        }
    }

    const fn features(self) -> &'static str {
        match self {
            Self::Machine => "",
            Self::Chain => "chain",
        }
    }
}

/// Makes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm` in the folder that is answered.
pub(crate) fn build_module(module: Module) -> Result<PathBuf> {
    let (name, compiled) = (module.name(), compile(module)?);
    let folder = npm_dir().join(name);
    empty(&folder)?;
    let mut generator = Bindgen::new();
    generator.input_path(&compiled).out_name(name).web(true)?.typescript(true);
    // Each entry of the package finds the module in its own way.
    generator.omit_default_module_path(true).remove_name_section(true).remove_producers_section(true);
    generator.generate(&folder).context("wasm-bindgen does not take the module")?;
    // The compiler of the driver looks here which kind of modules these are.
    std::fs::write(folder.join("package.json"), "{ \"type\": \"module\" }\n")?;
    let module = folder.join(format!("{name}_bg.wasm"));
    finish(&module)?;
    shorten_names(&module, &folder.join(format!("{name}.js")))?;
    finish_types(&folder.join(format!("{name}.d.ts")))?;
    Ok(folder)
}

fn compile(module: Module) -> Result<PathBuf> {
    // A target folder of its own, so that a build from within a test never waits for the build of the tests.
    let target_dir = npm_dir().join("target");
    run(Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", "managed-identity-fetch", "--target", TARGET, "--profile", PROFILE])
        .args(["--features", module.features()])
        .arg("--manifest-path")
        .arg(workspace_dir().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        // The generator reads from a section which features the compiler used. wasm-opt strips it afterwards.
        .env(format!("CARGO_PROFILE_{}_STRIP", PROFILE.to_uppercase()), "debuginfo")
        .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths()?))?;
    Ok(target_dir.join(TARGET).join(PROFILE).join("managed_identity_fetch.wasm"))
}

/// Makes the module smaller, and makes sure that it does not tell where it was built.
fn finish(module: &Path) -> Result<()> {
    let optimized = module.with_extension("optimized");
    optimize(module, &optimized, &["--strip-producers", "--strip-target-features"])?;
    std::fs::rename(&optimized, module)?;
    let bytes = std::fs::read(module)?;
    let home = std::env::var("HOME").unwrap_or_default();
    let told = home.len() > 1 && bytes.windows(home.len()).any(|it| it == home.as_bytes());
    ensure!(!told, "the module tells where it was built");
    Ok(())
}
