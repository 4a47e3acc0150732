//! How the clients of the SDK send: by the proxy that the environment names, to whoever this machine trusts.

use std::sync::Arc;

use azure_core::http::{ClientOptions, Transport};
use managed_identity_azure_core::{ProviderCredential, ReplaceRejected};
use managed_identity_core::TokenProvider;

use super::last_answer::LastAnswer;
use crate::credential::{Credential, trust};
use crate::failure::Failure;

/// A credential for the SDK's clients, over what gives our tokens.
pub(super) type SdkCredential = Arc<ProviderCredential<Arc<dyn TokenProvider>>>;

/// Options for a client of the SDK; a token that the service rejects is replaced once. A simulated vault is trusted.
pub(super) fn options(
    tokens: &SdkCredential,
    credential: &Credential,
    last_answer: &LastAnswer,
) -> Result<ClientOptions, Failure> {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = trust(builder, credential).and_then(reqwest::ClientBuilder::build);
    let http = http.map_err(|cause| Failure::Runtime(std::io::Error::other(cause.without_url())))?;
    Ok(ClientOptions {
        transport: Some(Transport::new(Arc::new(http))),
        per_try_policies: vec![ReplaceRejected::new(tokens), Arc::new(last_answer.clone())],
        ..ClientOptions::default()
    })
}

/// Whether this is an address of this machine, as the simulator's is: it has no name in a domain of Azure that could be
/// compared with the audience of its tokens.
pub(super) fn is_loopback(address: &str) -> bool {
    managed_identity_core::Endpoint::parse("the address", address).is_ok_and(|it| it.is_loopback())
}
