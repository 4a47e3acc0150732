//! Made-up packages: each circle is found and named, and what is none is not taken for one.

use std::fs;
use std::path::Path;

use crate::{circles, crates};

/// What is reported about a package of these files.
fn reported(name: &str, files: &[(&str, &str)]) -> String {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("floors").join(name);
    // It may be there from another run.
    let _ = fs::remove_dir_all(&package);
    for (file, content) in [("Cargo.toml", "[package]\n")].iter().chain(files) {
        let file = package.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    assert_eq!(crates::packages(&package), [package.as_path()]);
    circles::report(&package, &crates::imports(&package))
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let files = [
        ("src/lib.rs", "mod a;\nmod b;\n"),
        ("src/a.rs", "use core::fmt;\nuse crate::b::B;\npub struct A(B);\n"),
        ("src/b.rs", "pub enum B { Of(Box<super::a::A>) }\n"),
    ];
    let expected = "\n2 files import each other:\n  \
        src/a.rs:2 takes crate::b::B from src/b.rs\n  \
        src/b.rs:1 takes super::a::A from src/a.rs\n";
    assert_eq!(reported("direct", &files), expected);
}

#[test]
fn a_reexport_hides_no_circle() {
    let files = [
        ("src/main.rs", "mod room;\nmod user;\n"),
        ("src/room/mod.rs", "mod inner;\npub use self::inner::{Other, Thing as Renamed};\n"),
        ("src/room/inner.rs", "use crate::user::*;\npub struct Thing;\npub struct Other;\n"),
        ("src/user.rs", "use crate::room::{\n    Renamed,\n};\npub struct User;\n"),
    ];
    let expected = "\n2 files import each other:\n  \
        src/room/inner.rs:1 takes crate::user::* from src/user.rs\n  \
        src/user.rs:2 takes crate::room::Renamed from src/room/inner.rs\n";
    assert_eq!(reported("reexport", &files), expected);
}

#[test]
fn what_a_file_hands_on_may_not_look_up_to_it() {
    let files = [
        ("src/lib.rs", "mod room;\n"),
        ("src/room/mod.rs", "mod inner;\npub use inner::Thing;\npub const LIMIT: u8 = 1;\n"),
        ("src/room/inner.rs", "use super::LIMIT;\npub struct Thing;\n"),
    ];
    let expected = "\n2 files import each other:\n  \
        src/room/inner.rs:1 takes super::LIMIT from src/room/mod.rs\n  \
        src/room/mod.rs:2 takes inner::Thing from src/room/inner.rs\n";
    assert_eq!(reported("face", &files), expected);
}

#[test]
fn a_circle_through_others_is_found_in_code_and_in_macros() {
    let files = [
        ("tests/whole/main.rs", "mod a;\nmod b;\n#[path = \"../c.rs\"]\nmod c;\nmod d;\n"),
        ("tests/whole/a.rs", "use super::b;\npub fn a() { b::b() }\n"),
        ("tests/whole/b.rs", "pub fn b() { println!(\"{}\", crate::c::c()) }\n"),
        ("tests/c.rs", "pub fn c() -> u8 { use crate::a; a::a(); crate::d::made() }\n"),
        ("tests/whole/d.rs", "make!(made);\n"),
    ];
    let expected = "\n3 files import each other:\n  \
        tests/c.rs:1 takes a::a from tests/whole/a.rs\n  \
        tests/whole/a.rs:2 takes b::b from tests/whole/b.rs\n  \
        tests/whole/b.rs:1 takes crate::c::c from tests/c.rs\n";
    assert_eq!(reported("others", &files), expected);
}

#[test]
fn files_of_typescript_are_looked_at_too() {
    let files = [
        ("js/src/client.ts", "import {\n  Flight,\n  type Other,\n} from \"./inner/flight.js\";\n"),
        (
            "js/src/inner/flight.ts",
            "export type { Client } from \"../client.js\";\nimport x from \"./generated.js\";\n",
        ),
        ("js/node_modules/a.ts", "import \"./a.js\";\n"),
    ];
    let expected = "\n2 files import each other:\n  \
        js/src/client.ts:4 takes ./inner/flight.js from js/src/inner/flight.ts\n  \
        js/src/inner/flight.ts:1 takes ../client.js from js/src/client.ts\n";
    assert_eq!(reported("typescript", &files), expected);
}

#[test]
fn floors_are_no_circle() {
    let files = [
        ("src/lib.rs", "mod ground;\nmod room;\npub use ground::Name;\npub use room::{Thing, ground as other};\n"),
        // Its test looks up; `mod` is no import; `ground` is a function and a module.
        (
            "src/ground.rs",
            "pub struct Name;\npub fn ground() {}\n\
             #[cfg(test)]\nmod tests { use crate::room::Thing; }\n\
             #[cfg(test)]\nuse crate::room::Thing;\n",
        ),
        ("src/room/mod.rs", "mod inner;\nmod thing;\npub use crate::ground::ground;\npub use thing::Thing;\n"),
        // By way of the faces, and of a name that the face has for itself.
        ("src/room/inner.rs", "use crate::Name;\nuse super::ground;\npub fn f() -> Name { ground(); Name }\n"),
        ("src/room/thing.rs", "use super::inner;\npub struct Thing;\nfn g() -> impl Sized + use<> { inner::f() }\n"),
    ];
    assert_eq!(reported("floors", &files), "");
}
