//! The modules of a crate, and in which files the names are defined that they mention.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::circles::Import;
use crate::path::normal;
use crate::source::{Declaration, Mention, Scope};

/// A chain of re-exports is not longer.
const MOST_REEXPORTS: usize = 16;

/// All modules of a crate; the first one is its root.
pub(crate) struct Modules(Vec<Module>);

struct Module {
    name: String,
    file: PathBuf,
    /// Where the files of the modules in it are.
    folder: PathBuf,
    parent: usize,
    scope: Scope,
}

impl Modules {
    /// Reads a crate from its first file.
    pub(crate) fn of_crate(root: &Path) -> Self {
        let mut modules = Self(Vec::new());
        let folder = root.parent().unwrap().to_owned();
        modules.add(String::new(), root.to_owned(), folder, 0, Scope::of_source(&fs::read_to_string(root).unwrap()));
        modules
    }

    fn add(&mut self, name: String, file: PathBuf, folder: PathBuf, parent: usize, mut scope: Scope) {
        let declarations = std::mem::take(&mut scope.modules);
        let index = self.0.len();
        self.0.push(Module { name, file, folder, parent, scope });
        for declaration in declarations {
            self.declare(index, declaration);
        }
    }

    fn declare(&mut self, parent: usize, Declaration { name, path, body }: Declaration) {
        let Module { file, folder, .. } = &self.0[parent];
        let inner = folder.join(&name);
        if let Some(scope) = body {
            self.add(name, file.clone(), inner, parent, scope);
            return;
        }
        let candidates = match path {
            // The modules in such a file are beside it.
            Some(path) => {
                let file = normal(&file.with_file_name(path));
                vec![(file.clone(), file.with_file_name(""))]
            }
            None => vec![(folder.join(format!("{name}.rs")), inner.clone()), (inner.join("mod.rs"), inner)],
        };
        let candidate = candidates.into_iter().find(|(file, _)| file.is_file());
        let (file, inner) = candidate.unwrap_or_else(|| panic!("{}: the module {name} has no file", file.display()));
        let source = fs::read_to_string(&file).unwrap();
        self.add(name, file, inner, parent, Scope::of_source(&source));
    }

    /// What the files import of each other.
    pub(crate) fn imports(&self) -> BTreeSet<Import> {
        let mut found = BTreeSet::new();
        for (index, module) in self.0.iter().enumerate() {
            for Mention { path, line } in &module.scope.paths {
                for to in self.definitions(index, path, MOST_REEXPORTS).into_iter().filter(|it| **it != module.file) {
                    let (from, to, name) = (module.file.clone(), to.to_owned(), path.join("::"));
                    found.insert(Import { from, line: *line, to, name });
                }
            }
        }
        found
    }

    /// The files that define what a path means in a module. There are none for what is in other crates, and for a module:
    /// what is taken from that is mentioned elsewhere.
    fn definitions(&self, module: usize, path: &[String], reexports: usize) -> BTreeSet<&PathBuf> {
        let Some((first, rest)) = path.split_first() else { return BTreeSet::new() };
        match first.as_str() {
            "crate" => self.own(0, rest, reexports),
            "self" => self.own(module, rest, reexports),
            "super" => match rest.first().map(String::as_str) {
                Some("super") => self.definitions(self.0[module].parent, rest, reexports),
                _ => self.own(self.0[module].parent, rest, reexports),
            },
            _ => self.within(module, path, reexports),
        }
    }

    /// Like `within`, for a path that surely is one of this crate: a name that is not seen is made by a macro.
    fn own(&self, module: usize, path: &[String], reexports: usize) -> BTreeSet<&PathBuf> {
        let mut found = self.within(module, path, reexports);
        if let Some(name) = path.first()
            && found.is_empty()
            && self.children(module, name).next().is_none()
            && !self.0[module].scope.uses.iter().any(|it| it.name.as_ref() == Some(name))
        {
            found.insert(&self.0[module].file);
        }
        found
    }

    fn within(&self, module: usize, path: &[String], reexports: usize) -> BTreeSet<&PathBuf> {
        let mut found = BTreeSet::new();
        let (Some((name, rest)), Some(reexports)) = (path.split_first(), reexports.checked_sub(1)) else {
            return found;
        };
        let Module { file, scope, .. } = &self.0[module];
        for child in self.children(module, name) {
            found.extend(self.own(child, rest, reexports));
        }
        if scope.items.contains(name) {
            found.insert(file);
        }
        for reexport in scope.uses.iter().filter(|it| it.name.as_ref() == Some(name)) {
            found.extend(self.definitions(module, &[reexport.path.as_slice(), rest].concat(), reexports));
        }
        if found.is_empty() {
            for glob in scope.uses.iter().filter(|it| it.name.is_none()) {
                found.extend(self.definitions(module, &[glob.path.as_slice(), path].concat(), reexports));
            }
        }
        found
    }

    fn children(&self, module: usize, name: &str) -> impl Iterator<Item = usize> {
        let modules = self.0.iter().enumerate().skip(1);
        modules.filter(move |(_, it)| it.parent == module && it.name == name).map(|(index, _)| index)
    }
}
