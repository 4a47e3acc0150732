//! Putting text together and searching it, in the few ways that are needed here.
//!
//! `write!`, `join` and `str::find` could do all of it. But each of them brings machinery for everything else it can do
//! (padding, alternate forms, searches in linear time), which together would be an eighth of a WebAssembly component.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Writes texts one after the other.
pub(crate) fn put(f: &mut fmt::Formatter<'_>, texts: &[&str]) -> fmt::Result {
    texts.iter().try_for_each(|text| f.write_str(text))
}

/// One text out of several.
pub(crate) fn concat(texts: &[&str]) -> String {
    joined(texts.iter().copied(), "")
}

/// One text out of several, with `separator` between them.
pub(crate) fn joined<'a>(texts: impl Iterator<Item = &'a str> + Clone, separator: &str) -> String {
    let mut all = String::with_capacity(texts.clone().map(|text| text.len() + separator.len()).sum());
    for (index, text) in texts.enumerate() {
        if index > 0 {
            all.push_str(separator);
        }
        all.push_str(text);
    }
    all
}

/// Where `part` begins for the first time; an empty part is nowhere.
pub(crate) fn position(text: &str, part: &str) -> Option<usize> {
    if part.is_empty() {
        return None;
    }
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}

/// The text with `[redacted]` in the place of each `secret`.
pub(crate) fn redacted(mut text: &str, secret: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    while let Some((before, rest)) = position(text, secret).and_then(|at| text.split_at_checked(at)) {
        clean.push_str(before);
        clean.push_str("[redacted]");
        text = rest.get(secret.len()..).unwrap_or_default();
    }
    clean.push_str(text);
    clean
}

/// Bytes as hexadecimal digits in lower case.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| hexadecimal_digits(*byte)).collect()
}

/// The two hexadecimal digits of a byte in lower case.
pub(crate) fn hexadecimal_digits(byte: u8) -> impl Iterator<Item = char> {
    [byte >> 4, byte & 0xf].into_iter().filter_map(|digit| char::from_digit(u32::from(digit), 16))
}

/// A number in decimal digits.
pub(crate) fn decimal(mut number: u64) -> String {
    let mut digits = Vec::with_capacity(20);
    loop {
        // Below ten, so nothing is cut off.
        digits.push(char::from(b'0' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use proptest::prelude::*;

    use super::{concat, decimal, hexadecimal, joined, position, redacted};

    #[test]
    fn texts_are_joined() {
        assert_eq!(concat(&[]), "");
        assert_eq!(concat(&["a", "", "b"]), "ab");
        assert_eq!(joined(["a", "b", "c"].into_iter(), ", "), "a, b, c");
    }

    #[test]
    fn bytes_are_shown() {
        assert_eq!(hexadecimal(&[0, 0x0f, 0xa5, 0xff]), "000fa5ff");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn parts_are_found_and_replaced_as_by_the_standard_library(text in "[abé]{0,12}", part in "[abé]{1,3}") {
            prop_assert_eq!(position(&text, &part), text.find(&part));
            prop_assert_eq!(redacted(&text, &part), text.replace(&part, "[redacted]"));
        }

        #[test]
        fn numbers_are_written_as_by_the_standard_library(number in prop_oneof![Just(0), Just(u64::MAX), any::<u64>()]) {
            prop_assert_eq!(decimal(number), number.to_string());
        }
    }
}
