//! The native client as it plays a vector.

use std::sync::Arc;

use managed_identity_core::{AccessToken, Secret, SourceKind, UnixTime};
use managed_identity_reqwest::{AsyncEffects, ManagedIdentityClient};
use tempfile::TempDir;

use super::effects::LoopbackEffects;
use super::server::Server;
use super::{folder, place};
use crate::expect;
use crate::setup::{self, Failure};
use crate::vector::{PlatformName, Vector};

/// What became of a vector.
#[derive(Debug)]
pub enum Played {
    /// It is met.
    Met,
    /// It cannot exist on a socket, for this reason.
    Skipped(String),
}

/// Plays the vector, which is given as the document it is so that its folders can be replaced wherever they stand.
///
/// # Errors
/// The first difference.
pub async fn run(document: &serde_json::Value) -> Result<Played, String> {
    let folder = TempDir::with_prefix("managed-identity-").map_err(|error| error.to_string())?;
    let folder_name = folder.path().to_str().ok_or("a temporary folder without a text name")?;
    let mut vector = folder::in_vector(document, folder_name)?;
    if let Some(reason) = vector.skip_over_loopback {
        return Ok(Played::Skipped(reason));
    }
    let server = Server::new().map_err(|error| error.to_string())?;
    if !vector.transcript.is_empty() {
        place::point_at(&mut vector, server.authority())?;
    }
    let vector = Arc::new(vector);
    let effects = Arc::new(LoopbackEffects::new(Arc::clone(&vector), server, folder));
    let outcome = ask(&vector, Arc::clone(&effects)).await;
    effects.verdict()?;
    expect::outcome(&outcome, &vector.outcome, vector.now).and_then(|()| effects.ended()).map(|()| Played::Met)
}

/// What a program does: configures a client and asks it for a token.
async fn ask(vector: &Vector, effects: Arc<LoopbackEffects>) -> Result<AccessToken, Failure> {
    let request = &vector.request;
    let mut builder = ManagedIdentityClient::builder()
        .environment(setup::environment(vector), setup::facts(vector))
        .identity(setup::identity(request)?)
        .client_capabilities(request.client_capabilities.iter().cloned())
        .effects(Arc::clone(&effects) as Arc<dyn AsyncEffects>);
    if vector.host.platform == PlatformName::Linux && !vector.environment.contains_key(folder::MOUNTED) {
        builder = builder.key_directory(effects.folder());
    }
    if request.allow_remote_arc_endpoint {
        builder = builder.dangerous_allow_remote_arc_endpoint();
    }
    if !request.retries {
        builder = builder.retry(managed_identity_core::RetryPolicy::none());
    }
    if let Some(seconds) = request.time_budget_seconds {
        builder = builder.time_budget(std::time::Duration::from_secs(seconds));
    }
    if !request.client_headers {
        builder = builder.without_client_headers();
    }
    let client = builder.build().map_err(Failure::Flow)?;
    let resource = client.resource(&setup::resource(request)).map_err(Failure::Flow)?;
    let outcome = match &request.rejected_token {
        Some(rejected) => {
            let rejected = Secret::new(rejected.clone());
            let rejected = AccessToken::new(rejected, String::new(), UnixTime::default(), SourceKind::ServiceFabric);
            resource.replace_token(&rejected).await
        }
        None => resource.get_token().await,
    };
    outcome.map_err(Failure::Flow)
}
