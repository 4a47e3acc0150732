//! The package around the modules.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::module::{Module, build_module};
use crate::run::{copy_into, empty, js_dir, npm_dir, run, workspace_dir};

/// Builds the package in the folder that is answered, ready to be packed. What is released has the licences of what is compiled
/// into it as well: a file that is handed in, since making it takes another tool.
///
/// # Errors
/// When a tool is missing or fails; what it says is on standard error.
pub fn build_package(licenses: Option<&Path>) -> Result<PathBuf> {
    let modules = [Module::Machine, Module::Chain];
    let built = modules.map(|module| (module, build_module(module)));
    let package = npm_dir().join("package");
    empty(&package)?;
    let (esm, cjs) = (package.join("dist/esm"), package.join("dist/cjs"));
    run(Command::new(tool("tsc")).arg("--project").arg(js_dir()))?;
    for (module, folder) in built {
        add_module(module, &folder?, &esm, &package)?;
    }
    build_commonjs(&esm, &cjs)?;
    for file in ["transport-fetch/js/package.json", "transport-fetch/README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        copy_into(&workspace_dir().join(file), &package)?;
    }
    if let Some(file) = licenses {
        copy_into(file, &package)?;
    }
    Ok(package)
}

/// Adds a module and its glue, and the module once more as one of JavaScript.
fn add_module(module: Module, folder: &Path, esm: &Path, package: &Path) -> Result<()> {
    let name = module.name();
    for ending in ["js", "d.ts"] {
        copy_into(&folder.join(format!("{name}.{ending}")), esm)?;
    }
    let (shipped, inlined) = match module {
        Module::Machine => ("managed_identity.wasm", "inlined.js"),
        Module::Chain => ("managed_identity_chain.wasm", "credential/inlined.js"),
    };
    let shipped = package.join("dist").join(shipped);
    std::fs::copy(folder.join(format!("{name}_bg.wasm")), &shipped)?;
    run(Command::new("node").arg(js_dir().join("inline.mjs")).arg(&shipped).arg(esm.join(inlined)))
}

/// Node's older kind of modules, file by file, with the same types.
fn build_commonjs(esm: &Path, cjs: &Path) -> Result<()> {
    let mut convert = Command::new(tool("esbuild"));
    convert.args(["--format=cjs", "--platform=node", "--target=node20", "--log-level=warning"]);
    // Such a module does not know where it is.
    convert.arg("--define:import.meta.url=undefined").arg(format!("--outdir={}", cjs.display()));
    let mut folders = vec![esm.to_owned()];
    while let Some(folder) = folders.pop() {
        let made = cjs.join(folder.strip_prefix(esm)?);
        std::fs::create_dir_all(&made)?;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".d.ts") {
                copy_into(&path, &made)?;
            } else if name.ends_with(".js") {
                convert.arg(&path);
            }
        }
    }
    run(convert.arg(format!("--outbase={}", esm.display())))?;
    std::fs::write(cjs.join("package.json"), "{ \"type\": \"commonjs\" }\n")?;
    Ok(())
}

/// Packs the package as npm would publish it; the answer is the archive.
///
/// # Errors
/// When npm fails.
pub fn pack(package: &Path) -> Result<PathBuf> {
    let output = Command::new("npm")
        .args(["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination"])
        .arg(npm_dir())
        .current_dir(package)
        .output()
        .context("cannot run npm")?;
    anyhow::ensure!(output.status.success(), "npm pack failed: {}", String::from_utf8_lossy(&output.stderr));
    let packed: serde_json::Value = serde_json::from_slice(&output.stdout).context("npm pack does not answer JSON")?;
    let packed = packed.get(0).or_else(|| packed.as_object()?.values().next());
    let name = packed.and_then(|it| it["filename"].as_str()).context("npm pack names no file")?;
    Ok(npm_dir().join(name))
}

fn tool(name: &str) -> PathBuf {
    js_dir().join("node_modules/.bin").join(name)
}
