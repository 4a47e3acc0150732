//! What the program is made of.

use std::process::Command;

/// The first command of the readme builds all of it, so what is slow to build is not in it, and for every system it is built
/// without further tools.
#[test]
fn nothing_of_it_is_slow_to_build_or_wants_further_tools() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", env!("CARGO_PKG_NAME"), "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--target", "all"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let has = |name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    assert!(has("ring"), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["aws-lc-sys", "bindgen", "cmake", "openssl-sys", "rsa"] {
        assert!(!has(name), "{name} is among the dependencies of the program: see `cargo tree --invert {name}`");
    }
}
