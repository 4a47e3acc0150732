//! The host holds the identity: plug-ins get tokens for the resources that the host allows, and never see an endpoint.

use std::collections::BTreeSet;

use managed_identity_core::{AccessToken, Secret, SourceKind, UnixTime};
use managed_identity_reqwest::ManagedIdentityClient;

use crate::bindings::managed_identity::client::types::{self, Denial, Error, Identity, Target, TokenRequest};
use crate::denial::denied;
use crate::state::{TokenFuture, Tokens};

#[path = "../../../component/src/convert/outcome.rs"]
mod outcome;

/// The host's own identity, lent to one plug-in for some resources.
pub struct HostIdentity {
    client: ManagedIdentityClient,
    resources: BTreeSet<String>,
}

impl HostIdentity {
    /// Lends tokens of `client` for exactly these resources. Clones of one client share its cache, so that each plug-in
    /// has a list of its own and all have the same tokens.
    #[must_use]
    pub fn new<R: Into<String>>(client: ManagedIdentityClient, resources: impl IntoIterator<Item = R>) -> Self {
        Self { client, resources: resources.into_iter().map(Into::into).collect() }
    }

    /// The resource that is asked for, if this plug-in may have a token for it.
    fn allowed(&self, request: &TokenRequest) -> Result<String, Error> {
        if !matches!(request.identity, Identity::SystemAssigned) {
            let denial = Denial::Other("the host chooses the identity".to_owned());
            return Err(denied(
                denial,
                "ask for the system-assigned identity, which stands for the one the host chose",
            ));
        }
        let resource = match &request.target {
            Target::Resource(text) | Target::Scope(text) => text.strip_suffix("/.default").unwrap_or(text),
            Target::Other(text) => text,
        };
        if !self.resources.contains(resource) {
            let next_step = "have this resource added to the plug-in's list if it is really needed";
            return Err(denied(Denial::Resource(resource.to_owned()), next_step));
        }
        Ok(resource.to_owned())
    }

    async fn token(&self, request: TokenRequest) -> Result<types::Token, Error> {
        let resource = self.allowed(&request)?;
        let rejected = request.options.and_then(|options| options.rejected_token);
        let outcome = match rejected {
            Some(rejected) => {
                // Only the text of a rejected token counts.
                let rejected = Secret::new(rejected);
                let rejected =
                    AccessToken::new(rejected, String::new(), UnixTime::default(), SourceKind::ServiceFabric);
                match self.client.resource(&resource) {
                    Ok(resource) => resource.replace_token(&rejected).await,
                    Err(error) => Err(error),
                }
            }
            None => self.client.get_token(&resource).await,
        };
        outcome::outcome(&outcome)
    }
}

impl Tokens for HostIdentity {
    fn get_token(&self, request: TokenRequest) -> TokenFuture<'_> {
        Box::pin(self.token(request))
    }
}
