//! Text of somebody else, made fit to be shown.

use alloc::string::String;

/// Text of a peer made fit to be shown: control characters become blanks, and at most `limit` bytes are kept.
pub(crate) fn presentable(text: &str, limit: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(limit));
    for character in text.trim().chars() {
        // Characters that reorder text on a terminal are as unwelcome as control characters.
        let hidden = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let character = if character.is_control() || hidden { ' ' } else { character };
        if shown.len() + character.len_utf8() > limit {
            break;
        }
        shown.push(character);
    }
    shown.truncate(shown.trim_end().len());
    shown
}
