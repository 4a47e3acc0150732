//! The core as a WebAssembly module asks its host for nothing: its import list is empty.

use wasmparser::{Parser, Payload};

use crate::command::{cargo_on_fixture, output_of, target_dir};

/// The names that a module imports and exports, in its own order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Interface {
    imports: Vec<String>,
    exports: Vec<String>,
}

fn interface(module: &[u8]) -> wasmparser::Result<Interface> {
    let mut found = Interface::default();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    found.imports.push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    found.exports.push(export?.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

#[test]
fn the_core_imports_nothing() {
    let name = "machine-module";
    output_of(cargo_on_fixture(name, "build").args(["--release", "--target", "wasm32-unknown-unknown"]));
    let file = target_dir(name).join("wasm32-unknown-unknown/release/machine_module.wasm");
    let found = interface(&std::fs::read(file).unwrap()).unwrap();

    assert_eq!(found.imports, Vec::<String>::new());
    for export in ["write", "run", "read"] {
        assert!(found.exports.iter().any(|name| name == export), "{export} is not in {:?}", found.exports);
    }
}

#[test]
fn an_import_is_found() {
    let module = wat::parse_str(
        r#"(module
            (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32)))
            (import "env" "memory" (memory 1))
            (func (export "run")))"#,
    );
    let found = interface(&module.unwrap()).unwrap();
    assert_eq!(found.imports, ["wasi_snapshot_preview1.clock_time_get", "env.memory"]);
    assert_eq!(found.exports, ["run"]);
}

#[test]
fn a_file_that_is_no_module_is_refused() {
    assert!(interface(b"not a module").is_err());
}
