//! Random text for names, secrets and identifiers.

use ring::rand::{SecureRandom, SystemRandom};

/// `length` random bytes as lower-case hexadecimal digits.
pub(crate) fn hex(length: usize) -> String {
    let mut bytes = vec![0; length];
    fill(&mut bytes);
    hexadecimal(&bytes)
}

/// A random version 4 UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hexadecimal(&bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[expect(clippy::expect_used, reason = "no key could be made either, so the simulator would not have started")]
fn fill(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect("the operating system has random numbers");
}
