//! A page in Markdown: what it links to, and what can be linked to in it.

use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A page, and where it is.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn read(path: &Path) -> Self {
        Self { path: path.to_owned(), text: std::fs::read_to_string(path).unwrap() }
    }

    /// The addresses of links and pictures, those in HTML among them.
    pub(crate) fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for event in self.events() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    links.push(dest_url.to_string());
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let values = html.split(['"', '\'']).collect::<Vec<_>>();
                    let attributes = values.windows(2).filter(|it| it[0].ends_with("src=") || it[0].ends_with("href="));
                    links.extend(attributes.map(|it| it[1].to_owned()));
                }
                _ => {}
            }
        }
        links
    }

    /// The names by which GitHub links to the headings.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        let mut heading: Option<String> = None;
        for event in self.events() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap());
                    let before = anchors.iter().filter(|it| **it == anchor).count();
                    anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        anchors
    }

    fn events(&self) -> Parser<'_> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES)
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|it| if it == ' ' { '-' } else { it }).collect()
}

#[test]
fn anchors_are_made_as_github_makes_them() {
    let text = "# Azure Arc: the agent's `key`\n\n## And now?\n\n## And now?\n".to_owned();
    let page = Page { path: PathBuf::new(), text };
    assert_eq!(page.anchors(), ["azure-arc-the-agents-key", "and-now", "and-now-1"]);
}

#[test]
fn links_are_found_in_text_tables_and_html_and_not_in_code() {
    let text =
        "[a](a.md) `[b](b.md)`\n\n```sh\n[c](c.md)\n```\n\n| x |\n| --- |\n| ![d](d.svg) |\n\n<img src=\"e.svg\">\n";
    let page = Page { path: PathBuf::new(), text: text.to_owned() };
    assert_eq!(page.links(), ["a.md", "d.svg", "e.svg"]);
}
