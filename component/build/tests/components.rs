//! The real components: what they import, and that what is committed about them is true.
#![allow(clippy::unwrap_used)]

use managed_identity_component_build::{World, build, check_imports, component, imports_of, stripped};

#[test]
fn the_components_import_what_is_committed() {
    for world in World::ALL {
        check_imports(world, &std::fs::read(component(world).unwrap()).unwrap(), false).unwrap();
    }
}

#[test]
fn the_machine_imports_nothing() {
    assert_eq!(imports_of(&build(World::Machine).unwrap()).unwrap(), "");
}

#[test]
fn other_imports_than_the_committed_ones_are_told() {
    let effects = build(World::Effects).unwrap();
    let message = check_imports(World::Machine, &effects, false).unwrap_err().to_string();
    assert!(message.contains("+ managed-identity:client/host-effects@0.2.0 read-file"), "{message}");
    let message = check_imports(World::SelfContained, &effects, false).unwrap_err().to_string();
    assert!(message.contains("- wasi:http/outgoing-handler@0.2.0 handle"), "{message}");
}

#[test]
fn stripping_leaves_a_component_with_the_same_imports() {
    let whole = build(World::SelfContained).unwrap();
    let small = stripped(&whole).unwrap();
    assert!(small.len() < whole.len());
    wasmparser::Validator::new().validate_all(&small).unwrap();
    assert_eq!(imports_of(&small).unwrap(), imports_of(&whole).unwrap());
}

#[test]
fn no_component_tells_where_it_was_built() {
    let home = std::env::var("HOME").unwrap();
    for world in World::ALL {
        let component = build(world).unwrap();
        let found = component.windows(home.len()).any(|it| it == home.as_bytes());
        assert!(!found, "{world} contains {home}");
    }
}

#[test]
fn what_is_no_component_is_refused() {
    assert!(imports_of(b"no component").is_err());
    assert!(stripped(b"no component").is_err());
}
