//! Where tokens come from.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use managed_identity_core::{SourceKind, SourceSettings};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{ManagedIdentityError, thrown, unknown_setting};
use crate::host::{Lookup, detection, environment, facts};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The kind of a source of tokens that detection finds. */
export type SourceKind =
  | "app-service" | "azure-arc" | "cloud-shell" | "imds" | "machine-learning" | "service-fabric" | "workload-identity";

/** Where a token can come from: such a source or, with `DefaultCredential`, another credential. */
export type TokenSource =
  | SourceKind
  | "azure-cli" | "azure-developer-cli" | "azure-pipelines" | "azure-powershell" | "client-certificate" | "client-secret"
  | "federated" | "github-actions";

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
"#;

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
        #[wasm_bindgen(unchecked_param_type = "Platform")] platform: &JsValue,
        #[wasm_bindgen(js_name = "arcAgent", unchecked_param_type = "AgentFile")] arc_agent: &JsValue,
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
        #[wasm_bindgen(unchecked_param_type = "Platform")] platform: &JsValue,
        #[wasm_bindgen(js_name = "arcAgent", unchecked_param_type = "AgentFile")] arc_agent: &JsValue,
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
        platform: &JsValue,
        arc_agent: &JsValue,
        allow_remote_arc: bool,
    ) -> Result<Self, ManagedIdentityError> {
        let (environment, facts) = (environment(lookup)?, facts(platform, arc_agent)?);
        let source = settings.source(&environment, facts, detection(allow_remote_arc));
        Ok(Self(Arc::new(source.map_err(thrown)?)))
    }
}
