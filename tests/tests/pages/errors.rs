//! The page of errors shows texts that people get to read.

const PAGE: &str = include_str!("../../../docs/errors.md");
const MESSAGES: &str = include_str!("../../../core/tests/messages/messages.txt");

/// The texts in the first column of the tables with the heading "text".
fn texts() -> Vec<&'static str> {
    let mut texts = Vec::new();
    let mut among_texts = false;
    for line in PAGE.lines() {
        if let Some(row) = line.strip_prefix("| ") {
            among_texts |= row.starts_with("text |");
            if among_texts && let Some((text, _)) = row.strip_prefix('`').and_then(|it| it.split_once("` |")) {
                texts.push(text);
            }
        } else {
            among_texts = false;
        }
    }
    texts
}

/// Whether a line holds the parts of a text, between which `...` stands for anything, in their order.
fn holds(line: &str, text: &str) -> bool {
    let mut rest = line;
    text.split("...").all(|part| {
        let found = rest.split_once(part.trim());
        rest = found.map_or(rest, |(_, after)| after);
        found.is_some()
    })
}

#[test]
fn every_text_of_the_page_is_one_that_people_get() {
    let texts = texts();
    assert!(texts.len() > 40, "{}", texts.len());
    let unknown: Vec<_> = texts.iter().filter(|text| !MESSAGES.lines().any(|line| holds(line, text))).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn a_text_that_nobody_gets_is_found() {
    assert!(holds("the service answered 503 (1 request)", "answered 503 ... request"));
    assert!(!holds("the service answered 503 (1 request)", "request ... answered"));
    assert!(!holds("the service answered 503 (1 request)", "answered 504"));
}
