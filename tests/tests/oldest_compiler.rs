//! The crates compile with the oldest compiler that their manifests name. Clippy's `incompatible_msrv` holds them to its
//! standard library; this holds them to its language, of which clippy says nothing: no `if let` in the guard of a match,
//! which came with Rust 1.95. The nightly part compiles them with that compiler, where it can be had.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "clippy spares test functions, but not their helpers")]

use std::path::Path;

use managed_identity_tests::tree::files_of;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The lines that have one.
fn guards(source: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    walk(source.parse().expect("the sources are Rust"), &mut lines);
    lines
}

fn walk(tokens: TokenStream, lines: &mut Vec<usize>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => walk(group.stream(), lines),
            TokenTree::Ident(name) if name == "if" && is_guard(&tokens[index + 1..]) => {
                lines.push(name.span().start().line);
            }
            _ => {}
        }
    }
}

/// Whether an arrow comes after `let`, a pattern and a value, and not a block.
fn is_guard(after: &[TokenTree]) -> bool {
    let is_mark = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(it) if it.as_char() == mark);
    if !matches!(after.first(), Some(TokenTree::Ident(name)) if name == "let") {
        return false;
    }
    let value = after.iter().skip_while(|token| !is_mark(token, '=')).skip(1);
    let ends_here = |token: &&TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_mark(token, '>'),
    };
    let arrow = value
        .clone()
        .zip(value.clone().skip(1))
        .find(|(one, two)| ends_here(one) && !is_mark(one, '>') || is_mark(one, '=') && is_mark(two, '>'));
    arrow.is_some_and(|(one, _)| is_mark(one, '='))
}

#[test]
fn the_language_is_that_of_the_oldest_compiler() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let crates = [
        "core",
        "host-fs",
        "transport-reqwest",
        "transport-wasi",
        "transport-fetch",
        "component",
        "simulator",
        "cli",
        "bridges/azure-core",
        "bridges/object-store",
        "bridges/reqsign",
        "bridges/reqwest-middleware",
    ];
    for name in crates {
        let files = files_of(&workspace.join(name).join("src"), "rs");
        assert!(!files.is_empty(), "{name} has moved");
        for file in files {
            let found = guards(&std::fs::read_to_string(&file).unwrap());
            assert!(found.is_empty(), "{}: `if let` in a guard, in the lines {found:?}", file.display());
        }
    }
}

#[test]
fn a_guard_is_told_from_a_statement() {
    let guard =
        "fn f(x: u8) { match x { 1 if let Some(y) = g(x) => h(y), Some(A { b }) if let C { d } = b => {} _ => {} } }";
    assert_eq!(guards(guard), [1, 1]);
    let statement =
        "fn f() { if let Some(x) = g() && x > 1 { match x { 1 => {} 2 if x >= 1 => {} } } else if let A { b } = c {} }";
    assert_eq!(guards(statement), [0; 0]);
}
