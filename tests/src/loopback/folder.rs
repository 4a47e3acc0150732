//! Puts a folder of this machine into a vector, in the place of those that it names.

use crate::vector::Vector;

const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";
const TOKEN_FILE: &str = "/var/run/secrets/azure/tokens/azure-identity-token";

/// The variable that says where the agent's folder is seen.
pub const MOUNTED: &str = "MANAGED_IDENTITY_KEY_DIRECTORY";

/// The vector with its folders replaced by this one, wherever they stand.
///
/// # Errors
/// When the document is no vector.
pub fn in_vector(document: &serde_json::Value, folder: &str) -> Result<Vector, String> {
    let vector: Vector = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    // An agent whose folder is seen elsewhere goes on naming its own.
    let mounted = vector.environment.get(MOUNTED).filter(|directory| directory.starts_with('/'));
    let replaced = mounted.map_or(KEY_FOLDER, |directory| directory.trim_end_matches('/'));
    let text = document.to_string().replace(replaced, folder);
    let text = text.replace(TOKEN_FILE, &format!("{folder}/federated-token"));
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
