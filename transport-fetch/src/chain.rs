//! A chain of credentials.

use alloc::borrow::ToOwned as _;
use alloc::rc::Rc;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use managed_identity_core::{Chain as CoreChain, ChainOptions, CredentialKind, Member, Source};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{ManagedIdentityError, invalid_argument, member_error, thrown};
use crate::host::{Lookup, detection, environment, facts};
use crate::object::Object;
use crate::origin::Remembering;
use crate::time::time;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
import type { CredentialKind, MemberFacts } from "./error.js";

/** What a caller may choose of a chain beyond what the environment says. */
export interface ChainOptions {
  /** These credentials in this order, whatever `AZURE_TOKEN_CREDENTIALS` says. */
  readonly only?: readonly CredentialKind[] | undefined;
  /** Leaves these credentials out. */
  readonly exclude?: readonly CredentialKind[] | undefined;
  /** Whether `AZURE_TOKEN_CREDENTIALS` must say which credentials are meant. */
  readonly requireVariable?: boolean | undefined;
  /** The tenant to get tokens of, in place of the one that is signed in to, or that a variable names. */
  readonly tenantId?: string | undefined;
  /** The longest time that a developer tool may take; ten seconds unless set. */
  readonly toolTimeLimitMs?: number | undefined;
  /** Accepts an Azure Arc endpoint that is not on this machine. */
  readonly dangerouslyAllowRemoteArcEndpoint?: boolean | undefined;
}

/** What can be told of a credential without sending or running anything. */
export interface Member {
  readonly credential: CredentialKind;
  /** Why it cannot be asked; absent for one that will be. */
  readonly error?: MemberFacts;
  /** Where it asks; absent for a developer tool. */
  readonly source?: MemberSource;
  /** Who gives the assertion of an application, where that is somebody else. */
  readonly assertionSource?: MemberSource;
  /** The programs of a developer tool, of which the first that there is counts. */
  readonly programs: readonly string[];
}

/** Where a credential asks. */
export interface MemberSource {
  readonly kind: TokenSource;
  /** The address, without its query. */
  readonly endpoint: string;
  readonly reason: string;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// What deviates from the defaults of a chain.
    #[wasm_bindgen(typescript_type = "ChainOptions")]
    pub type Options;

    #[wasm_bindgen(method, structural, getter)]
    fn only(this: &Options) -> Option<Vec<String>>;
    #[wasm_bindgen(method, structural, getter)]
    fn exclude(this: &Options) -> Option<Vec<String>>;
    #[wasm_bindgen(method, structural, getter, js_name = "requireVariable")]
    fn require_variable(this: &Options) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter, js_name = "tenantId")]
    fn tenant_id(this: &Options) -> Option<String>;
    #[wasm_bindgen(method, structural, getter, js_name = "toolTimeLimitMs")]
    fn tool_time_limit(this: &Options) -> Option<f64>;
    #[wasm_bindgen(method, structural, getter, js_name = "dangerouslyAllowRemoteArcEndpoint")]
    fn allow_remote_arc(this: &Options) -> Option<bool>;
}

/// Credentials that are tried in order until one gives a token. The one that the last token was from is tried first.
#[wasm_bindgen]
pub struct Chain(pub(crate) Rc<Remembering>);

#[wasm_bindgen]
impl Chain {
    /// The chain that an environment describes.
    ///
    /// Throws a `ManagedIdentityError` when no credential is chosen, or none that there is.
    ///
    /// # Errors
    /// As described.
    pub fn of(
        lookup: &Lookup,
        #[wasm_bindgen(unchecked_param_type = "Platform")] platform: &JsValue,
        #[wasm_bindgen(js_name = "arcAgent", unchecked_param_type = "AgentFile")] arc_agent: &JsValue,
        options: &Options,
    ) -> Result<Chain, ManagedIdentityError> {
        let (environment, facts) = (environment(lookup)?, facts(platform, arc_agent)?);
        let mut chosen = ChainOptions::default().detection(detection(options.allow_remote_arc() == Some(true)));
        if let Some(only) = options.only() {
            chosen = chosen.only(only.iter().map(|name| kind(name)).collect::<Result<Vec<_>, _>>()?);
        }
        for name in options.exclude().unwrap_or_default() {
            chosen = chosen.exclude(kind(&name)?);
        }
        if options.require_variable() == Some(true) {
            chosen = chosen.require_variable();
        }
        if let Some(tenant) = options.tenant_id() {
            chosen = chosen.tenant(&tenant);
        }
        if let Some(limit) = options.tool_time_limit() {
            chosen = chosen.tool_time_limit(time(limit).as_duration());
        }
        let chain = CoreChain::of(&environment, facts, &chosen).map_err(thrown)?;
        Ok(Self(Rc::new(Remembering::new(chain))))
    }

    /// The credentials in the order in which they are tried.
    #[wasm_bindgen(unchecked_return_type = "Member[]")]
    pub fn members(&self) -> Vec<Object> {
        self.0.chain.members().iter().map(member).collect()
    }
}

fn kind(name: &str) -> Result<CredentialKind, ManagedIdentityError> {
    name.parse().map_err(|error: managed_identity_core::UnknownCredential| invalid_argument(&error.to_string()))
}

fn member(member: &Member) -> Object {
    let programs: Vec<String> = member.programs().iter().map(|it| (*it).to_owned()).collect();
    let mut shown = Object::empty().text("credential", member.kind().as_str()).value("programs", programs);
    if let Some(error) = member.error() {
        shown = shown.value("error", member_error(error));
    }
    if let Some(it) = member.source() {
        shown = shown.value("source", source(it));
    }
    match member.assertion_source() {
        Some(it) => shown.value("assertionSource", source(it)),
        None => shown,
    }
}

fn source(source: &Source) -> Object {
    Object::empty()
        .text("kind", source.kind().as_str())
        .text("endpoint", source.endpoint().without_query())
        .text("reason", source.reason())
}
