//! What a component asks of its host, down to the single function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use wit_component::DecodedWasm;
use wit_parser::{WorldItem, WorldKey};

use crate::world::World;

/// The imports of a component: a line for each interface, sorted, and below it a line for each function. An interface
/// without functions lends no ability; it is marked as `(types only)`.
///
/// # Errors
/// When it is not a component.
pub fn imports_of(component: &[u8]) -> Result<String> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("this is no component");
    };
    let mut interfaces = BTreeMap::new();
    for (key, item) in &resolve.worlds[world].imports {
        let name = match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(id) => resolve.id_of(*id).unwrap_or_default(),
        };
        let mut functions: Vec<String> = match item {
            WorldItem::Interface { id, .. } => resolve.interfaces[*id].functions.keys().cloned().collect(),
            WorldItem::Function(function) => vec![function.name.clone()],
            WorldItem::Type { .. } => Vec::new(),
        };
        functions.sort();
        interfaces.insert(name, functions);
    }
    let mut text = String::new();
    for (interface, functions) in interfaces {
        text.push_str(&interface);
        text.push_str(if functions.is_empty() { " (types only)\n" } else { "\n" });
        for function in functions {
            text.push_str("    ");
            text.push_str(&function);
            text.push('\n');
        }
    }
    Ok(text)
}

/// Compares the imports of a world's component with the committed list, or writes the list.
///
/// # Errors
/// When they differ; the message shows the difference.
pub fn check_imports(world: World, component: &[u8], write: bool) -> Result<()> {
    let (found, file) = (imports_of(component)?, file_of(world));
    if write {
        return std::fs::write(&file, found).with_context(|| format!("cannot write {}", file.display()));
    }
    let committed = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let difference = difference(&committed, &found);
    ensure!(difference.is_empty(), "{world} does not import what {} says:\n{difference}", file.display());
    Ok(())
}

/// The lines that only one of the texts has, `-` for the first and `+` for the second.
fn difference(committed: &str, found: &str) -> String {
    let qualified = |text: &str| {
        let mut interface = String::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            match line.strip_prefix("    ") {
                Some(function) => lines.push(format!("{interface} {function}")),
                None => {
                    line.clone_into(&mut interface);
                    lines.push(interface.clone());
                }
            }
        }
        lines
    };
    let (committed, found) = (qualified(committed), qualified(found));
    let missing = committed.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}\n"));
    let extra = found.iter().filter(|line| !committed.contains(line)).map(|line| format!("+ {line}\n"));
    missing.chain(extra).collect()
}

fn file_of(world: World) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../imports").join(format!("{world}.txt"))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_function_more_and_an_interface_less_are_told() {
        let committed = "a:b/c@1.0.0\n    one\nd:e/f@1.0.0 (types only)\n";
        let found = "a:b/c@1.0.0\n    one\n    two\n";
        assert_eq!(difference(committed, found), "- d:e/f@1.0.0 (types only)\n+ a:b/c@1.0.0 two\n");
        assert_eq!(difference(found, found), "");
    }

    #[test]
    fn a_function_that_moves_to_another_interface_is_told() {
        assert_eq!(difference("a\n    one\nb\n    two\n", "a\n    two\nb\n    one\n").lines().count(), 4);
    }
}
