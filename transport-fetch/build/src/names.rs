//! Shorter names between the module and its glue. Those of the generator are long, end in digits that nothing can compress,
//! and are in both; together they are a fiftieth of the package.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use managed_identity_component_build::wasm_opt;
use serde_json::Value;

/// A name that the generator gave, and a shorter one.
type Names = Vec<(String, String)>;

/// Before what the glue uses of the module.
const MODULE: &str = "wasm.";

/// Has wasm-opt shorten the names of what the module imports and exports, and puts them into the glue.
pub(crate) fn shorten_names(module: &Path, glue: &Path) -> Result<()> {
    let shortened = module.with_extension("shortened");
    let printed = wasm_opt(module, &shortened, &["--minify-imports-and-exports-and-modules"])?;
    std::fs::rename(&shortened, module)?;
    let printed: Value = serde_json::from_str(&printed).context("wasm-opt prints no names")?;
    let exports = names(&printed["exports"])?;
    let name = glue.file_stem().unwrap_or_default().to_string_lossy();
    let text = with_imports(&std::fs::read_to_string(glue)?, &name, &names(&printed["imports"])?)?;
    std::fs::write(glue, with_exports(&text, &exports))?;
    Ok(())
}

/// What wasm-opt prints of imports or exports: lists that end in both names.
fn names(printed: &Value) -> Result<Names> {
    let names = |entry: &Value| match entry.as_array()?.as_slice() {
        [.., long, short] => Some((long.as_str()?.to_owned(), short.as_str()?.to_owned())),
        _ => None,
    };
    let entries = printed.as_array().context("wasm-opt prints no list of names")?;
    entries.iter().map(|entry| names(entry).context("wasm-opt prints a name without a shorter one")).collect()
}

/// The glue with shorter names for what it hands to the module: properties of an object, which is one of another.
fn with_imports(glue: &str, name: &str, imports: &Names) -> Result<String> {
    let module = (format!("\"./{name}_bg.js\""), "\"a\"".to_owned());
    imports.iter().chain([&module]).try_fold(glue.to_owned(), |glue, (long, short)| {
        let long = format!(" {long}: ");
        ensure!(glue.matches(&long).count() == 1, "the glue does not have{long}exactly once");
        Ok(glue.replace(&long, &format!(" {short}: ")))
    })
}

/// The glue with shorter names for what it uses of the module.
fn with_exports(glue: &str, exports: &Names) -> String {
    let mut parts = glue.split(MODULE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| {
        let end = part.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let name = exports.iter().find(|(long, _)| long == name).map_or(name, |(_, short)| short);
        done + MODULE + name + rest
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{names, with_exports, with_imports};

    #[test]
    fn names_of_exports_are_replaced_as_a_whole() {
        let exports = names(&json!([["cache_lookup", "a"], ["cache_lookupSince", "b"]])).unwrap();
        let text = "wasm.cache_lookupSince(wasm.cache_lookup, wasm.other, cache_lookup)";
        assert_eq!(with_exports(text, &exports), "wasm.b(wasm.a, wasm.other, cache_lookup)");
    }

    #[test]
    fn an_import_that_the_glue_does_not_have_is_told() {
        let glue = "{ new_0123: f, set_4567: g };\n{ \"./machine_bg.js\": imports };";
        let imports = names(&json!([["./machine_bg.js", "new_0123", "c"]])).unwrap();
        assert_eq!(with_imports(glue, "machine", &imports).unwrap(), "{ c: f, set_4567: g };\n{ \"a\": imports };");
        let imports = names(&json!([["./machine_bg.js", "new_89ab", "c"]])).unwrap();
        assert!(with_imports(glue, "machine", &imports).is_err());
    }
}
