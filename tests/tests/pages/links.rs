//! Every relative link of a page leads to a file that exists, and to a heading of it where one is named.

use std::path::Path;

use managed_identity_tests::tree::files_of;

use crate::page::Page;

/// Why a link of a page leads nowhere.
fn fault(page: &Page, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
    if !target.exists() {
        return Some(format!("{}: {link} leads to no file", page.path.display()));
    }
    let anchor = anchor.filter(|_| target.extension().is_some_and(|it| it == "md"))?;
    let known = Page::read(&target).anchors().iter().any(|it| it == anchor);
    (!known).then(|| format!("{}: {link} leads to no heading", page.path.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let pages = files_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), "md");
    assert!(pages.iter().any(|it| it.ends_with("docs/first-token.md")), "{pages:?}");
    let mut faults = Vec::new();
    for page in pages.iter().map(|it| Page::read(it)) {
        faults.extend(page.links().iter().filter_map(|link| fault(&page, link)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let page = Page { path, text: String::new() };
    assert_eq!(fault(&page, "docs/operator.md#ten-broken-machines"), None);
    assert!(fault(&page, "docs/operator.md#nine-broken-machines").unwrap().ends_with("leads to no heading"));
    assert!(fault(&page, "docs/nobody.md").unwrap().ends_with("leads to no file"));
}
