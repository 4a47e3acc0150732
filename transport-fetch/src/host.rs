//! What JavaScript says of the host.

use alloc::string::String;

use managed_identity_core::{AgentFile, DetectionOptions, Environment, HostFacts, Platform};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{ManagedIdentityError, invalid_argument};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The operating system whose path rules apply; Azure Arc exists on the first two. */
export type Platform = "linux" | "windows" | "other";

/** What can be seen of a program file: it is there, there is none, or this user may not look. */
export type AgentFile = "present" | "absent" | "not-permitted";
"#;

#[wasm_bindgen]
extern "C" {
    /// A function that knows the environment.
    #[wasm_bindgen(typescript_type = "(name: string) => string | undefined")]
    pub type Lookup;

    #[wasm_bindgen(method, structural, catch)]
    fn call(this: &Lookup, receiver: &JsValue, name: &str) -> Result<Option<String>, JsValue>;
}

/// A snapshot of the environment.
pub(crate) fn environment(lookup: &Lookup) -> Result<Environment, ManagedIdentityError> {
    if !lookup.is_function() {
        return Err(invalid_argument("the environment must be given as a function"));
    }
    // A variable that may not be read is unset for this program.
    Ok(Environment::from_lookup(|name| lookup.call(&JsValue::UNDEFINED, name).ok().flatten()))
}

/// The facts that no variable tells.
pub(crate) fn facts(platform: &JsValue, arc_agent: &JsValue) -> Result<HostFacts, ManagedIdentityError> {
    let platform = match platform.as_string().as_deref() {
        Some("linux") => Platform::Linux,
        Some("windows") => Platform::Windows,
        Some("other") => Platform::Other,
        _ => return Err(invalid_argument("platform must be \"linux\", \"windows\" or \"other\"")),
    };
    let arc_agent = match arc_agent.as_string().as_deref() {
        Some("present") => AgentFile::Present,
        Some("absent") => AgentFile::Absent,
        Some("not-permitted") => AgentFile::NotPermitted,
        _ => return Err(invalid_argument("arcAgent must be \"present\", \"absent\" or \"not-permitted\"")),
    };
    Ok(HostFacts::of(platform).with_arc_agent(arc_agent))
}

/// How a source is detected.
pub(crate) fn detection(allow_remote_arc: bool) -> DetectionOptions {
    let options = DetectionOptions::default();
    if allow_remote_arc { options.allow_remote_arc_endpoint() } else { options }
}
