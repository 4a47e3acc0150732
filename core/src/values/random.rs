//! Deterministic randomness from a seed that the driver draws.

use alloc::string::String;

use super::hexadecimal::hexadecimal;

/// `SplitMix64` (Steele, Lea and Flood, 2014): enough for jitter and request ids, and the same everywhere for one seed.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A version 4 UUID (RFC 9562, section 5.4) in its 36-character text form.
    pub(crate) fn uuid(&mut self) -> String {
        let high = self.next() & !0xf000 | 0x4000;
        let low = self.next() & !(0b11 << 62) | 0b10 << 62;
        let [a, b, c, d, e, f, g, h] = high.to_be_bytes();
        let [i, j, node @ ..] = low.to_be_bytes();
        [&[a, b, c, d][..], &[e, f], &[g, h], &[i, j], &node].map(hexadecimal).join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    #[test]
    fn follows_the_published_sequence() {
        let mut random = SplitMix64::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn uuids_have_version_4_and_the_rfc_variant() {
        let mut random = SplitMix64::new(7);
        for _ in 0..64 {
            let id = random.uuid();
            assert_eq!(id.len(), 36);
            assert_eq!(id.as_bytes()[14], b'4');
            assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        }
    }
}
