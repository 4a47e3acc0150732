//! The core's sources outside its tests: no `std`, and nothing that depends on the platform they are compiled for.

use managed_identity_tests::tree::files_of;
use proc_macro2::{TokenStream, TokenTree};

use crate::command::workspace;

/// Conditions under which an item may use `std`: tests, and the feature that is there for programs which have it.
const SPARED: [&str; 2] = ["cfg (test)", "cfg (any (test , feature = \"std\"))"];

/// The file that is part of that feature: it names kinds of errors, which are plain values.
const WITH_STD: &str = "error/io.rs";

/// What a source file must not have, one line each. Comments and items under `#[cfg(test)]` do not count.
fn offences(source: &str) -> Vec<String> {
    let tokens: TokenStream = source.parse().expect("core's sources are Rust");
    let mut found = Vec::new();
    walk(tokens, &mut found);
    found
}

fn walk(tokens: TokenStream, found: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(attribute) if SPARED.contains(&attribute.stream().to_string().as_str()) => {
                tokens.by_ref().find(ends_item);
            }
            TokenTree::Group(group) => walk(group.stream(), found),
            TokenTree::Ident(name) if name == "std" => {
                found.push(format!("line {}: std", name.span().start().line));
            }
            TokenTree::Ident(name) if name == "cfg" || name == "cfg_attr" => {
                tokens.next_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == '!'));
                if let Some(TokenTree::Group(condition)) = tokens.next() {
                    platform_conditions(condition.stream(), found);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether an item is over after this token: its body, or the semicolon of one that has none.
fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

fn platform_conditions(condition: TokenStream, found: &mut Vec<String>) {
    for token in condition {
        match token {
            TokenTree::Group(group) => platform_conditions(group.stream(), found),
            TokenTree::Ident(name) => {
                let text = name.to_string();
                if text.starts_with("target_") || text == "windows" || text == "unix" {
                    found.push(format!("line {}: cfg of {text}", name.span().start().line));
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[test]
fn the_core_is_the_same_everywhere_and_needs_no_std() {
    let files = files_of(&workspace().join("core/src"), "rs");
    assert!(files.len() > 10, "core/src has moved: only {} files found", files.len());
    for file in files {
        let mut source = std::fs::read_to_string(&file).unwrap();
        if file.ends_with(WITH_STD) {
            assert!(source.contains("\nuse std::io;\n"), "{WITH_STD} uses something else of std");
            source = source.replace("\nuse std::io;\n", "\n");
        }
        assert_eq!(offences(&source), Vec::<String>::new(), "{}", file.display());
    }
    let root = std::fs::read_to_string(workspace().join("core/src/lib.rs")).unwrap();
    assert!(root.contains("\n#![no_std]\n"), "the core is written against core and alloc");
}

#[test]
fn std_is_found_in_every_form() {
    assert_eq!(offences("use std::fs;"), ["line 1: std"]);
    assert_eq!(offences("extern crate std;"), ["line 1: std"]);
    assert_eq!(offences("fn now() {\n    let _ = ::std::time::SystemTime::now();\n}"), ["line 2: std"]);
    assert_eq!(offences("log!(\"{}\", std::process::id());"), ["line 1: std"]);
}

#[test]
fn a_condition_on_the_platform_is_found_in_every_form() {
    assert_eq!(offences("#[cfg(target_os = \"linux\")] fn f() {}"), ["line 1: cfg of target_os"]);
    assert_eq!(offences("fn f() -> bool { cfg!(windows) }"), ["line 1: cfg of windows"]);
    assert_eq!(offences("#[cfg_attr(not(unix), allow(dead_code))] fn f() {}"), ["line 1: cfg of unix"]);
    assert_eq!(offences("#[cfg(all(test, target_family = \"wasm\"))] fn f() {}"), ["line 1: cfg of target_family"]);
}

#[test]
fn comments_and_tests_do_not_count_and_what_follows_a_test_does() {
    let source = "//! std::fs and cfg(windows)\n#[cfg(test)]\nextern crate std;\n#[cfg(test)]\nmod tests { use std::fs; }\nuse std::io;";
    assert_eq!(offences(source), ["line 6: std"]);
}
