//! Finds and reads the files of `tests/vectors`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::vector::{Vector, VectorFile};

/// The folder of the vectors.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// The paths of all files with vectors, sorted.
///
/// # Errors
/// When the folder cannot be read.
fn paths() -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder()).map_err(|error| error.to_string())?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let is_schema = path.file_name().is_some_and(|name| name == "schema.json");
        if path.extension().is_some_and(|extension| extension == "json") && !is_schema {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// All files as documents, each with its name.
///
/// # Errors
/// When a file cannot be read or is not JSON.
pub fn documents() -> Result<Vec<(String, serde_json::Value)>, String> {
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let document = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        Ok((name, document))
    };
    paths()?.into_iter().map(read).collect()
}

/// All vectors, each with the name of its file.
///
/// # Errors
/// When a file cannot be read or does not have the format.
pub fn all() -> Result<Vec<(String, Vector)>, String> {
    let mut vectors = Vec::new();
    for (name, document) in documents()? {
        let file: VectorFile = serde_json::from_value(document).map_err(|error| format!("{name}: {error}"))?;
        vectors.extend(file.vectors.into_iter().map(|vector| (name.clone(), vector)));
    }
    Ok(vectors)
}
