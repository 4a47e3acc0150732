//! Looks for a secret in the memory of this process, as the operating system shows it.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::BufRead as _;
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, PoisonError};

/// What hides the pattern from its own search.
const MASK: u8 = 0xa5;

/// A secret is looked for in pieces of this size: memory that was freed without being wiped keeps the most of it, but its
/// beginning is soon overwritten.
const PIECE: usize = 16;

/// What each piece begins with: legal wherever a secret may be, and rare in memory, so that the search is quick.
const BEGIN: u8 = b'~';

/// How much memory is looked at in one go.
const CHUNK: usize = 256 * 1024;

static SEARCHING: Mutex<()> = Mutex::new(());

/// A random secret that is in memory only where a test has put it.
pub(crate) struct Hidden(Vec<u8>);

impl Hidden {
    /// As long as a short token.
    pub(crate) fn new() -> Self {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let letter = |index| if index % PIECE == 0 { BEGIN } else { LETTERS[fastrand::usize(..64)] };
        Self((0..48 * PIECE).map(|index| letter(index) ^ MASK).collect())
    }

    /// The secret, after `before` and followed by `after`, in a buffer that is not moved while it is filled.
    pub(crate) fn within(&self, before: &str, after: &str) -> String {
        let mut text = String::with_capacity(before.len() + self.0.len() + after.len());
        text.push_str(before);
        text.extend(self.0.iter().map(|byte| char::from(byte ^ MASK)));
        text.push_str(after);
        text
    }

    /// The secret alone.
    pub(crate) fn reveal(&self) -> String {
        self.within("", "")
    }

    /// How many pieces of it are anywhere in memory that this process can write to.
    pub(crate) fn pieces_in_memory(&self) -> usize {
        let is_piece = |bytes: &[u8]| {
            let same = |piece: &[u8]| piece.iter().zip(bytes).all(|(masked, byte)| masked ^ MASK == *byte);
            bytes.len() >= PIECE && self.0.chunks_exact(PIECE).any(same)
        };
        // One search at a time: what one has before it would be found by another.
        let _alone = SEARCHING.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = File::open("/proc/self/mem").unwrap();
        let mut buffer = vec![0_u8; CHUNK + PIECE];
        let (mut found, mut looked_at) = (0, 0);
        for (start, end) in writable_ranges() {
            let mut at = start;
            while at < end {
                // So much more than the next chunk is away, so that no piece is on the border.
                let len = usize::try_from(end - at).unwrap().min(CHUNK + PIECE);
                // What is not there any more, or not readable, has no secret in it.
                let read = memory.read_at(&mut buffer[..len], at).unwrap_or(0);
                let mut rest = &buffer[..read];
                while let Ok(1..) = rest.skip_until(BEGIN) {
                    // From the byte that was found on.
                    let begin = read - rest.len() - 1;
                    found += usize::from(is_piece(&buffer[begin..read]));
                }
                looked_at += read;
                at += u64::try_from(CHUNK).unwrap();
            }
        }
        // What was found must not be found here the next time.
        buffer.fill(0);
        black_box(&buffer);
        assert!(looked_at > 64 * 1024, "the memory could not be read");
        found
    }
}

fn writable_ranges() -> Vec<(u64, u64)> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let ranges = maps.lines().filter_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let address = |digits| u64::from_str_radix(digits, 16).ok();
        rest.starts_with("rw").then_some((address(start)?, address(end)?))
    });
    ranges.collect()
}

/// While `hold` has the secret it is found, which shows that it would be; when that is dropped, no piece of it is.
pub(crate) fn assert_wiped<T>(secrets: &[&Hidden], hold: impl FnOnce() -> T) {
    let held = hold();
    for secret in secrets {
        assert_ne!(secret.pieces_in_memory(), 0, "what should hold the secret does not");
    }
    drop(held);
    assert_gone(secrets);
}

/// No piece of these is left.
pub(crate) fn assert_gone(secrets: &[&Hidden]) {
    for (index, secret) in secrets.iter().enumerate() {
        assert_eq!(secret.pieces_in_memory(), 0, "pieces of secret {index} were left behind");
    }
}

#[test]
fn what_is_freed_without_being_wiped_is_found() {
    let secret = Hidden::new();
    assert_gone(&[&secret]);
    let copies: Vec<_> = (0..32).map(|_| secret.reveal()).collect();
    assert!(secret.pieces_in_memory() >= 32 * 48);
    drop(copies);
    assert_ne!(secret.pieces_in_memory(), 0);
}
