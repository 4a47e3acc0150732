//! A reader of JSON text (RFC 8259), in pieces: what is read is taken from the front of what is left.
//!
//! A general library would bring floating-point numbers and descriptions of errors that nobody sees, which together are
//! a quarter of a WebAssembly component's code.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::secret::Secret;

/// What is left of a text. A method that answers `None` has found no JSON, and what is left then does not matter.
pub(crate) struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// A reader of `body`; `None` when it is not UTF-8.
    pub(crate) fn new(body: &'a [u8]) -> Option<Self> {
        core::str::from_utf8(body).ok().map(Self)
    }

    /// Whether nothing is left but blanks.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The next character that is no blank, as a byte.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.0.as_bytes() {
                [b' ' | b'\t' | b'\n' | b'\r', ..] => self.0 = self.0.get(1..)?,
                bytes => return bytes.first().copied(),
            }
        }
    }

    /// Takes this text if it comes next, after blanks.
    pub(crate) fn accept(&mut self, literal: &str) -> bool {
        self.peek();
        match self.0.strip_prefix(literal) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a comma or the end of a list or object; answers whether it was a comma.
    pub(crate) fn more(&mut self, end: &str) -> Option<bool> {
        if self.accept(",") { Some(true) } else { self.accept(end).then_some(false) }
    }

    /// Takes a string, borrowed where it has no escapes.
    pub(crate) fn string(&mut self) -> Option<Cow<'a, str>> {
        if !self.accept("\"") {
            return None;
        }
        let (raw, rest) = self.0.split_at_checked(string_len(self.0.as_bytes())?)?;
        self.0 = rest.strip_prefix('"')?;
        if raw.contains('\\') { unescaped(raw).map(Cow::Owned) } else { Some(Cow::Borrowed(raw)) }
    }

    fn escaped(&mut self) -> Option<char> {
        let mut characters = self.0.chars();
        let escaped = match characters.next()? {
            plain @ ('"' | '\\' | '/') => plain,
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                self.0 = characters.as_str();
                return self.unicode();
            }
            _ => return None,
        };
        self.0 = characters.as_str();
        Some(escaped)
    }

    /// A character by the number of its UTF-16 code unit, or of two.
    fn unicode(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first);
        }
        self.0 = self.0.strip_prefix("\\u")?;
        let second = self.code_unit()?;
        if first >= 0xdc00 || !(0xdc00..0xe000).contains(&second) {
            return None;
        }
        char::from_u32(0x1_0000 + (first - 0xd800) * 0x400 + (second - 0xdc00))
    }

    fn code_unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(4)?;
        self.0 = rest;
        digits.chars().try_fold(0, |unit, digit| Some(unit * 16 + digit.to_digit(16)?))
    }

    /// Takes a number, cut to a whole one; what is below zero counts as zero, and what is too large as the largest.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let negative = self.accept("-");
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let fraction = match self.0.strip_prefix('.') {
            Some(rest) => {
                self.0 = rest;
                self.digits()?
            }
            None => "",
        };
        let mut exponent = 0;
        if let Some(rest) = self.0.strip_prefix(['e', 'E']) {
            let below_one = rest.starts_with('-');
            self.0 = rest.strip_prefix(['-', '+']).unwrap_or(rest);
            // No number of this length is anywhere near the limits of what follows.
            let size = self.digits()?.parse().unwrap_or(i32::MAX);
            exponent = if below_one { -size } else { size };
        }
        if negative {
            return Some(0);
        }
        // The decimal point is moved by the exponent, and the digits before it count. Zeros at the beginning are skipped only
        // where they are written: behind a large exponent there would be no end to them.
        let digits = whole.bytes().chain(fraction.bytes());
        let zeros = digits.clone().take_while(|digit| *digit == b'0').count();
        let places = |len: usize| i32::try_from(len).unwrap_or(i32::MAX);
        let count = places(whole.len()).saturating_add(exponent).saturating_sub(places(zeros));
        let digits = digits.skip(zeros).chain(core::iter::repeat(b'0'));
        let mut number = 0_u64;
        for digit in digits.take(usize::try_from(count).unwrap_or(0)).take(21) {
            number = number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
        }
        Some(number)
    }

    /// One digit or more, without blanks before.
    fn digits(&mut self) -> Option<&'a str> {
        let end = self.0.find(|it: char| !it.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!digits.is_empty()).then_some(digits)
    }
}

/// How many bytes come before the quote that ends a string.
fn string_len(bytes: &[u8]) -> Option<usize> {
    let mut len = 0;
    loop {
        len += plain_len(bytes.get(len..)?);
        match bytes.get(len)? {
            b'"' => return Some(len),
            b'\\' => len += 2,
            _ => return None,
        }
    }
}

fn unescaped(raw: &str) -> Option<String> {
    // Wiped if an escape is none. There is room for all of it, since a text that moves leaves a copy behind, and for no
    // more, since a body can hold thousands of such texts.
    let mut text = Secret::new(String::with_capacity(raw.len()));
    let mut reader = Reader(raw);
    loop {
        let (plain, rest) = reader.0.split_at_checked(plain_len(reader.0.as_bytes()))?;
        text.text_mut().push_str(plain);
        if rest.is_empty() {
            return Some(text.into_text());
        }
        reader.0 = rest.strip_prefix('\\')?;
        text.text_mut().push(reader.escaped()?);
    }
}

/// How many bytes come before the first that ends a string or is not allowed in one.
///
/// Looking at all bytes of a piece before deciding about any of them takes a fraction of the time, since processors look at
/// many at once; a token is long.
fn plain_len(bytes: &[u8]) -> usize {
    const PIECE: usize = 32;
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    let is_plain = |piece: &&[u8]| !piece.iter().fold(false, |found, byte| found | special(*byte));
    let plain = PIECE * bytes.chunks_exact(PIECE).take_while(is_plain).count();
    let rest = bytes.get(plain..).unwrap_or_default();
    plain + rest.iter().position(|byte| special(*byte)).unwrap_or(rest.len())
}
