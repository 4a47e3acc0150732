//! Where tokens come from.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use managed_identity_core::{
    AgentFile, DetectionOptions, Environment, HostFacts, Platform, SourceKind, SourceSettings,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{ManagedIdentityError, thrown, unknown_setting};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The kind of a source of tokens. */
export type SourceKind =
  | "app-service" | "azure-arc" | "cloud-shell" | "imds" | "machine-learning" | "service-fabric" | "workload-identity";

/**
 * Which source to ask, and where it is, as one value of a configuration: the same that the program, Rust and a host of
 * WebAssembly read. What it does not say is taken from the environment variables of the source.
 */
export type SourceSettings =
  | "detect"
  | SourceKind
  | { readonly source: "app-service"; readonly endpoint?: string | undefined; readonly header?: string | undefined }
  | { readonly source: "azure-arc"; readonly endpoint?: string | undefined; readonly key_directory?: string | undefined }
  | { readonly source: "cloud-shell"; readonly endpoint?: string | undefined }
  | { readonly source: "imds"; readonly base?: string | undefined }
  | {
      readonly source: "machine-learning";
      readonly endpoint?: string | undefined;
      readonly secret?: string | undefined;
      readonly default_client_id?: string | undefined;
    }
  | {
      readonly source: "service-fabric";
      readonly endpoint?: string | undefined;
      readonly header?: string | undefined;
      readonly thumbprint?: string | undefined;
    }
  | {
      readonly source: "workload-identity";
      readonly tenant_id?: string | undefined;
      readonly client_id?: string | undefined;
      readonly token_file?: string | undefined;
      readonly authority?: string | undefined;
    };

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

/// Where tokens come from.
#[wasm_bindgen(inspectable)]
pub struct Source(pub(crate) Arc<managed_identity_core::Source>);

#[wasm_bindgen]
impl Source {
    /// Finds the source that applies in an environment. `arcAgent` says what can be seen of the program file of the Azure
    /// Connected Machine agent. `allowRemoteArc` accepts an Azure Arc endpoint that is not on this machine: whoever controls
    /// that variable can then collect the keys of this machine's agent.
    ///
    /// Throws a `ManagedIdentityError` when the source that applies is not usable as configured.
    ///
    /// # Errors
    /// As described.
    pub fn detect(
        lookup: &Lookup,
        #[wasm_bindgen(unchecked_param_type = "Platform")] platform: &str,
        #[wasm_bindgen(js_name = "arcAgent", unchecked_param_type = "AgentFile")] arc_agent: &str,
        #[wasm_bindgen(js_name = "allowRemoteArc")] allow_remote_arc: bool,
    ) -> Result<Source, ManagedIdentityError> {
        Self::of(&SourceSettings::default(), lookup, platform, arc_agent, allow_remote_arc)
    }

    /// The source that settings mean, given as its name and as names and values of its members by turns. What they do not
    /// say is taken from the environment.
    ///
    /// Throws a `ManagedIdentityError` when there is no such source or member, or the source is not usable as configured.
    ///
    /// # Errors
    /// As described.
    pub fn named(
        settings: Vec<String>,
        lookup: &Lookup,
        #[wasm_bindgen(unchecked_param_type = "Platform")] platform: &str,
        #[wasm_bindgen(js_name = "arcAgent", unchecked_param_type = "AgentFile")] arc_agent: &str,
        #[wasm_bindgen(js_name = "allowRemoteArc")] allow_remote_arc: bool,
    ) -> Result<Source, ManagedIdentityError> {
        let (mut words, mut named) = (settings.into_iter(), SourceSettings::default());
        if let Some(kind) = words.next() {
            named = SourceSettings::of(kind.parse::<SourceKind>().map_err(|error| unknown_setting(&error))?);
        }
        while let (Some(member), Some(value)) = (words.next(), words.next()) {
            named = named.with(&member, value).map_err(|error| unknown_setting(&error))?;
        }
        Self::of(&named, lookup, platform, arc_agent, allow_remote_arc)
    }

    /// The same source, which on Azure Arc reads key files from this folder only.
    #[wasm_bindgen(js_name = "withKeyDirectory")]
    pub fn with_key_directory(&self, directory: &str) -> Source {
        Self(Arc::new(managed_identity_core::Source::clone(&self.0).with_key_directory(directory)))
    }

    /// The kind of the source.
    #[wasm_bindgen(getter, unchecked_return_type = "SourceKind")]
    pub fn kind(&self) -> String {
        self.0.kind().as_str().to_owned()
    }

    /// The address that is asked, without its query.
    #[wasm_bindgen(getter)]
    pub fn endpoint(&self) -> String {
        self.0.endpoint().without_query().to_owned()
    }

    /// Why this source was chosen.
    #[wasm_bindgen(getter)]
    pub fn reason(&self) -> String {
        self.0.reason().to_owned()
    }
}

impl Source {
    fn of(
        settings: &SourceSettings,
        lookup: &Lookup,
        platform: &str,
        arc_agent: &str,
        allow_remote_arc: bool,
    ) -> Result<Self, ManagedIdentityError> {
        // A variable that may not be read is unset for this program.
        let environment = Environment::from_lookup(|name| lookup.call(&JsValue::UNDEFINED, name).ok().flatten());
        let platform = match platform {
            "linux" => Platform::Linux,
            "windows" => Platform::Windows,
            _ => Platform::Other,
        };
        let arc_agent = match arc_agent {
            "present" => AgentFile::Present,
            "not-permitted" => AgentFile::NotPermitted,
            _ => AgentFile::Absent,
        };
        let mut options = DetectionOptions::default();
        if allow_remote_arc {
            options = options.allow_remote_arc_endpoint();
        }
        let facts = HostFacts::of(platform).with_arc_agent(arc_agent);
        Ok(Self(Arc::new(settings.source(&environment, facts, options).map_err(thrown)?)))
    }
}
