//! The types of the glue, as programs see them.

use std::path::Path;

use anyhow::{Result, ensure};

/// Where the generator begins to say how a module is loaded. That is the affair of the package's own loader, and it is said
/// with types that only browsers' declarations have.
const LOADING: &str = "export type InitInput";

/// What the package's loader uses of it.
const LOADER: &str = "export function initSync(module: { module: object }): void;\n";

/// Classes of the module can be disposed of, which not every program's declarations know.
const LIBRARY: &str = "/// <reference lib=\"esnext.disposable\" />\n";

/// Leaves in the types of the glue what holds whichever declarations a program is compiled with.
pub(crate) fn finish_types(types: &Path) -> Result<()> {
    std::fs::write(types, finished(&std::fs::read_to_string(types)?)?)?;
    Ok(())
}

fn finished(types: &str) -> Result<String> {
    let mut parts = types.split(LOADING);
    let classes = parts.next().unwrap_or_default();
    ensure!(parts.count() == 1, "the types do not say exactly once how the module is loaded");
    Ok(format!("{LIBRARY}{classes}{LOADER}"))
}

#[cfg(test)]
mod tests {
    use super::{LIBRARY, LOADER, finished};

    #[test]
    fn what_is_said_of_loading_is_left_out() {
        let types =
            finished("export class A {}\nexport type InitInput = Response;\nexport default function f();").unwrap();
        assert_eq!(types, format!("{LIBRARY}export class A {{}}\n{LOADER}"));
    }

    #[test]
    fn types_that_say_nothing_of_it_are_told() {
        assert!(finished("export class A {}").is_err());
    }
}
