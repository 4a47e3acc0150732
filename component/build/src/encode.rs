//! From module to component: its imports and exports are those of its world in `component/wit`, with the versions there.
//!
//! The bindings of WASI that a module is compiled with ask for WASI's newest version. A host that compares versions by
//! meaning does not mind, but one that compares them by letter offers the oldest.

use std::path::Path;

use anyhow::{Context as _, Result};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata, metadata, targets};
use wit_parser::{Resolve, WorldId};

use crate::world::World;

/// The component that a module becomes.
///
/// # Errors
/// When it imports more than the world does, or is compiled with other types.
pub(crate) fn encode(module: &[u8], world: World) -> Result<Vec<u8>> {
    let mut wit = Resolve::default();
    let (package, _) = wit.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit"))?;
    let declared = wit.select_world(&[package], Some(world.name()))?;
    encode_as(module, &wit, declared).with_context(|| format!("the module of {world} does not make a component of it"))
}

fn encode_as(module: &[u8], wit: &Resolve, declared: WorldId) -> Result<Vec<u8>> {
    let (bare, compiled) = metadata::decode(module)?;
    let mut module = bare.unwrap_or_else(|| module.to_vec());
    embed_component_metadata(&mut module, wit, declared, StringEncoding::UTF8, false)?;
    let component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
    // The encoder has compared what is left of types in a module, which is little: a color and a number are alike to it.
    targets(&compiled.resolve, compiled.world, &component, true).context("it was compiled with other types")?;
    Ok(component)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{EntityType, ImportSection, Module, TypeSection, ValType};
    use wit_component::{StringEncoding, embed_component_metadata};
    use wit_parser::{Resolve, WorldId};

    use super::encode_as;
    use crate::imports::imports_of;

    fn wit(version: &str, functions: &str) -> (Resolve, WorldId) {
        let mut wit = Resolve::default();
        let text = format!(
            "package made:up@{version};
            interface colors {{ enum color {{ red, green }} {functions} }}
            world paints {{ import colors; }}"
        );
        let package = wit.push_str("made-up.wit", &text).unwrap();
        let world = wit.select_world(&[package], None).unwrap();
        (wit, world)
    }

    /// A module that was compiled with this version, and calls this function, which returns what is one number in a module.
    fn module(version: &str, functions: &str, called: &str) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import(&format!("made:up/colors@{version}"), called, EntityType::Function(0));
        let mut module = Module::new();
        module.section(&types).section(&imports);
        let mut module = module.finish();
        let (wit, world) = wit(version, functions);
        embed_component_metadata(&mut module, &wit, world, StringEncoding::UTF8, false).unwrap();
        module
    }

    const OLD: &str = "paint: func() -> color;";
    const NEW: &str = "paint: func() -> color; mix: func() -> color;";

    #[test]
    fn the_imports_have_the_version_of_the_wit() {
        let (old, world) = wit("0.2.0", OLD);
        let component = encode_as(&module("0.2.12", NEW, "paint"), &old, world).unwrap();
        assert_eq!(imports_of(&component).unwrap(), "made:up/colors@0.2.0\n    paint\n");
    }

    #[test]
    fn what_the_wit_does_not_have_is_not_imported() {
        let (old, world) = wit("0.2.0", OLD);
        let error = encode_as(&module("0.2.12", NEW, "mix"), &old, world).unwrap_err();
        assert!(format!("{error:#}").contains("`mix`"), "{error:#}");
    }

    #[test]
    fn another_type_is_noticed_though_a_module_shows_no_difference() {
        let (old, world) = wit("0.2.0", OLD);
        let error = encode_as(&module("0.2.12", "paint: func() -> u32;", "paint"), &old, world).unwrap_err();
        assert!(format!("{error:#}").contains("compiled with other types"), "{error:#}");
    }
}
