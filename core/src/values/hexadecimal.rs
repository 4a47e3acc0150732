//! Bytes as people and protocols write them.

use alloc::string::String;
use core::fmt::Write as _;

/// Bytes as hexadecimal digits in lower case.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_byte_is_two_digits() {
        assert_eq!(super::hexadecimal(&[0, 0x0f, 0xa5, 0xff]), "000fa5ff");
    }
}
