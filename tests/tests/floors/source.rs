//! What a Rust file says about names, read from its tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a module has and mentions. What is under `#[cfg(test)]` is left out.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) modules: Vec<Declaration>,
    /// The names of its items.
    pub(crate) items: Vec<String>,
    pub(crate) uses: Vec<Use>,
    /// The paths in it, those of `use` included.
    pub(crate) paths: Vec<Mention>,
}

/// `mod name;` or `mod name { .. }`.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) name: String,
    /// The file that an attribute names.
    pub(crate) path: Option<String>,
    pub(crate) body: Option<Scope>,
}

/// A path and where it is.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// What one leaf of a `use` brings along.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    /// What it is called here; nothing for all that is in there.
    pub(crate) name: Option<String>,
}

impl Scope {
    pub(crate) fn of_source(source: &str) -> Self {
        let mut scope = Self::default();
        scope.read(source.parse().expect("it is Rust"), true);
        scope
    }

    fn read(&mut self, tokens: TokenStream, of_module: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        let mut path = None;
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match token {
                TokenTree::Group(attribute) if attribute.stream().to_string() == "cfg (test)" => {
                    path = None;
                    rest = after_item(rest);
                }
                TokenTree::Group(group) => {
                    path = path.or_else(|| path_attribute(group.stream()));
                    self.read(group.stream(), false);
                }
                // Not the `use<..>` of a type.
                TokenTree::Ident(word) if word == "use" && !rest.first().is_some_and(|it| is_mark(it, '<')) => {
                    rest = self.read_use(rest);
                }
                TokenTree::Ident(word) if word == "mod" => rest = self.read_module(rest, path.take()),
                TokenTree::Ident(word) => {
                    let (segments, after) = path_after(word.to_string(), rest);
                    rest = after;
                    match rest {
                        _ if segments.len() > 1 => {
                            self.paths.push(Mention { path: segments, line: word.span().start().line });
                        }
                        [TokenTree::Ident(name), ..] if of_module && defines(&word.to_string()) => {
                            self.items.push(name.to_string());
                        }
                        [_, TokenTree::Ident(name), ..] if word == "macro_rules" => self.items.push(name.to_string()),
                        _ => {}
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn read_use<'a>(&mut self, tokens: &'a [TokenTree]) -> &'a [TokenTree] {
        let end = tokens.iter().position(|token| is_mark(token, ';')).unwrap_or_default();
        let (tree, rest) = tokens.split_at(end);
        self.read_tree(tree, &[]);
        rest
    }

    /// One tree of a `use`, below what is before it.
    fn read_tree(&mut self, tree: &[TokenTree], before: &[String]) {
        let mut path = before.to_vec();
        let mut name = None;
        let mut line = 0;
        for token in tree {
            line = token.span().start().line;
            match token {
                TokenTree::Group(group) => {
                    let tokens: Vec<_> = group.stream().into_iter().collect();
                    for tree in tokens.split(|token| is_mark(token, ',')).filter(|tree| !tree.is_empty()) {
                        self.read_tree(tree, &path);
                    }
                    return;
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => name = path.last().cloned(),
                TokenTree::Ident(word) if word == "as" => name = Some("_".to_owned()),
                TokenTree::Ident(word) if name.is_some() => name = Some(word.to_string()),
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        if tree.last().is_some_and(|token| is_mark(token, '*')) {
            self.paths.push(Mention { path: [path.as_slice(), &["*".to_owned()]].concat(), line });
        } else {
            name = name.or_else(|| path.last().cloned());
            self.paths.push(Mention { path: path.clone(), line });
        }
        self.uses.push(Use { path, name });
    }

    fn read_module<'a>(&mut self, tokens: &'a [TokenTree], path: Option<String>) -> &'a [TokenTree] {
        let [TokenTree::Ident(name), end, rest @ ..] = tokens else { return tokens };
        let body = match end {
            TokenTree::Group(group) => {
                let mut body = Self::default();
                body.read(group.stream(), true);
                Some(body)
            }
            _ => None,
        };
        self.modules.push(Declaration { name: name.to_string(), path, body });
        rest
    }
}

/// The path that begins with a word, and what comes after it.
fn path_after(word: String, mut tokens: &[TokenTree]) -> (Vec<String>, &[TokenTree]) {
    let mut path = vec![word];
    while let [first, second, TokenTree::Ident(word), rest @ ..] = tokens
        && is_mark(first, ':')
        && is_mark(second, ':')
    {
        path.push(word.to_string());
        tokens = rest;
    }
    (path, tokens)
}

fn defines(word: &str) -> bool {
    matches!(word, "const" | "enum" | "fn" | "static" | "struct" | "trait" | "type" | "union")
}

fn path_attribute(attribute: TokenStream) -> Option<String> {
    let tokens: Vec<_> = attribute.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name), _, TokenTree::Literal(path)] if name == "path" => {
            Some(path.to_string().trim_matches('"').to_owned())
        }
        _ => None,
    }
}

/// What comes after an item: after its body, or the semicolon of one that has none.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_mark(token, ';'),
    };
    let end = tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1);
    &tokens[end..]
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}
