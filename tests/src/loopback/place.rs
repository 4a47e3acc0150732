//! Puts the loopback server into a vector's environment, in the place of every other address.

use managed_identity_core::SourceKind;

use super::certificates;
use crate::expect::Verdict;
use crate::setup;
use crate::vector::Vector;

const ENDPOINT: &str = "IDENTITY_ENDPOINT";
const ARC_ENDPOINT: &str = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
const CLOUD_SHELL_ENDPOINT: &str = "http://localhost:50342/oauth2/token";
const IMDS_BASE: &str = "http://169.254.169.254";
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// Replaces the authority of the endpoint that the vector's source has, or sets the variable of a default endpoint.
///
/// # Errors
/// When detection then finds another source than the vector expects.
pub fn point_at(vector: &mut Vector, authority: &str) -> Verdict {
    let Some(kind) = vector.detected else { return Err("nothing is sent without a source".to_owned()) };
    match kind {
        SourceKind::AppService => replace(vector, ENDPOINT, "", authority),
        SourceKind::ServiceFabric => {
            replace(vector, ENDPOINT, "", authority);
            let thumbprint = vector.environment.entry("IDENTITY_SERVER_THUMBPRINT".to_owned()).or_default();
            *thumbprint = with_digits_of(thumbprint, &certificates::get()?.thumbprint);
        }
        SourceKind::AzureArc => {
            if vector.environment.get("IMDS_ENDPOINT").is_none_or(String::is_empty) {
                // Only a variable leads away from the agent's fixed address.
                vector.environment.insert("IMDS_ENDPOINT".to_owned(), format!("http://{authority}"));
                vector.environment.insert(ENDPOINT.to_owned(), ARC_ENDPOINT.to_owned());
            }
            replace(vector, ENDPOINT, "", authority);
        }
        SourceKind::MachineLearning => replace(vector, "MSI_ENDPOINT", "", authority),
        SourceKind::CloudShell => replace(vector, "MSI_ENDPOINT", CLOUD_SHELL_ENDPOINT, authority),
        SourceKind::Imds => replace(vector, "AZURE_POD_IDENTITY_AUTHORITY_HOST", IMDS_BASE, authority),
        SourceKind::WorkloadIdentity => replace(vector, "AZURE_AUTHORITY_HOST", AUTHORITY, authority),
        other => return Err(format!("no variable is known that leads {other} to a loopback address")),
    }
    check_detection(vector)
}

/// Replaces the authority in a variable's URL, which has the default value when it is unset or empty.
fn replace(vector: &mut Vector, name: &str, default: &str, authority: &str) {
    let url = vector.environment.entry(name.to_owned()).or_default();
    if url.is_empty() {
        default.clone_into(url);
    }
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let len = url[start..].find(['/', '?']).unwrap_or(url.len() - start);
    url.replace_range(start..start + len, authority);
}

/// The digits of `thumbprint` in the form that `text` has: its colons, blanks and case.
fn with_digits_of(text: &str, thumbprint: &str) -> String {
    let mut digits = thumbprint.chars();
    let upper = text.chars().any(|c| c.is_ascii_uppercase());
    let digit = |c: char| if upper { c.to_ascii_uppercase() } else { c };
    text.chars().map(|c| if c.is_ascii_hexdigit() { digits.next().map_or(c, digit) } else { c }).collect()
}

/// Compares what detection finds on the loopback network with what the vector expects.
///
/// # Errors
/// When it finds another source.
fn check_detection(vector: &Vector) -> Verdict {
    let found = setup::detection(vector).ok().map(|detection| detection.source.kind());
    if found == vector.detected {
        Ok(())
    } else {
        Err(format!("detected: expected {:?}, found {found:?}", vector.detected))
    }
}
