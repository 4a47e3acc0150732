//! The imports of a TypeScript file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::circles::Import;
use crate::path::normal;

/// What a file imports from files beside it. Only where it comes from counts, types included; a file that does not exist
/// is generated, and imports nothing back.
pub(crate) fn imports(file: &Path) -> BTreeSet<Import> {
    let source = fs::read_to_string(file).unwrap();
    let lines = source.lines().enumerate();
    let imports = lines.filter_map(|(index, line)| {
        let name = origin(line)?;
        let to = normal(&file.with_file_name(name)).with_extension("ts");
        to.is_file().then(|| Import { from: file.to_owned(), line: index + 1, to, name: name.to_owned() })
    });
    imports.collect()
}

/// The relative path that a line ends an import or an export with.
fn origin(line: &str) -> Option<&str> {
    let is_statement = ["import ", "export ", "} from "].iter().any(|start| line.starts_with(start));
    let path = line.trim_end().strip_suffix("\";")?.rsplit('"').next()?;
    (is_statement && path.starts_with('.')).then_some(path)
}
