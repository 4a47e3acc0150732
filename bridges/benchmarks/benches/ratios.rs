//! A cached token through each bridge beside the client itself, and requests of `object_store` with ours beside its own
//! managed-identity credential, over a transport that answers at once:
//!
//! ```sh
//! cargo bench --manifest-path bridges/Cargo.toml -p bridges-benchmarks
//! ```

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential as _;
use bridges_benchmarks::{budget, medians, nanoseconds, ratio};
use bridges_testing::client;
use http::Response;
use managed_identity_azure_core::ProviderCredential as AzureCore;
use managed_identity_core::TokenRequest;
use managed_identity_object_store::{ProviderCredential as ForStore, STORAGE};
use managed_identity_reqsign::ProviderCredential as Reqsign;
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};
use object_store::azure::{MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use object_store::path::Path;
use object_store::{CredentialProvider as _, ObjectStoreExt as _};
use reqsign_core::{Context, ProvideCredential as _};
use tokio::runtime::Runtime;

const SCOPE: &str = "https://storage.azure.com/.default";
const ROUNDS: usize = 31;
const CALLS: u32 = 20_000;
const REQUESTS: u32 = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    cached_tokens(&runtime)?;
    requests(&runtime)
}

/// Runs `call` a number of times on this thread, and says what one of them takes.
fn each<T, F: Future<Output = T>>(runtime: &Runtime, count: u32, mut call: impl FnMut() -> F) -> f64 {
    nanoseconds(count, || {
        runtime.block_on(async {
            for _ in 0..count {
                black_box(call().await);
            }
        });
    })
}

fn cached_tokens(runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder(SimulatedSource::Imds).start()?;
    let tokens = client(&simulator)?;
    let request = TokenRequest::for_resource(STORAGE)?;
    let azure_core = AzureCore::new(tokens.clone());
    let for_store = ForStore::new(tokens.clone(), request.clone());
    let (reqsign, context) = (Reqsign::new(tokens.clone(), request.clone()), Context::new());
    runtime.block_on(tokens.get_token(SCOPE))?;
    runtime.block_on(tokens.get_token(STORAGE))?;
    assert!(tokens.fresh_token(SCOPE).is_some(), "the token is at hand");

    let [own, by_trait, through_azure_core, through_store, through_reqsign] = medians(
        ROUNDS,
        [
            &mut || each(runtime, CALLS, || tokens.get_token(SCOPE)),
            &mut || each(runtime, CALLS, || managed_identity_core::TokenProvider::get_token(&tokens, &request)),
            &mut || each(runtime, CALLS, || azure_core.get_token(&[SCOPE], None)),
            &mut || each(runtime, CALLS, || for_store.get_credential()),
            &mut || each(runtime, CALLS, || reqsign.provide_credential(&context)),
        ],
    );
    ratio("token-provider-to-client", by_trait, own);
    let azure_core = ratio("azure-core-to-client", through_azure_core, own);
    budget("azure-core-to-client", azure_core, 2.0);
    let object_store = ratio("object-store-to-client", through_store, own);
    budget("object-store-to-client", object_store, 1.5);
    ratio("reqsign-to-client", through_reqsign, own);
    Ok(())
}

/// Answers at once: with a token where one is asked for, else with what is known of an object.
#[derive(Debug, Clone, Copy)]
struct AtOnce;

#[async_trait]
impl HttpService for AtOnce {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_token = request.uri().path().starts_with("/metadata/identity/");
        let token = r#"{"access_token":"eyJ","expires_on":"4102444800","expires_in":"86400","token_type":"Bearer","resource":"r"}"#;
        let body = if is_token { token } else { "" };
        let answer = Response::builder()
            .header("content-length", if is_token { body.len() } else { 4 })
            .header("etag", "\"1\"")
            .header("last-modified", "Wed, 25 Nov 2026 10:00:00 GMT")
            .body(HttpResponseBody::from(body.to_owned()));
        answer.map_err(|error| HttpError::new(object_store::client::HttpErrorKind::Unknown, error))
    }
}

impl HttpConnector for AtOnce {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(*self))
    }
}

fn store(credential: Option<Arc<ForStore<ManagedIdentityClient>>>) -> object_store::Result<MicrosoftAzure> {
    let builder = MicrosoftAzureBuilder::new()
        .with_account("account")
        .with_container_name("pictures")
        .with_http_connector(AtOnce);
    match credential {
        Some(credential) => builder.with_credentials(credential),
        None => builder.with_msi_endpoint("http://127.0.0.1:1/metadata/identity/oauth2/token"),
    }
    .build()
}

fn requests(runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder(SimulatedSource::Imds).start()?;
    let credential = ForStore::new(client(&simulator)?, TokenRequest::for_resource(STORAGE)?);
    let (ours, own) = (store(Some(credential))?, store(None)?);
    let path = Path::from("cats/tom.txt");
    for store in [&ours, &own] {
        runtime.block_on(store.head(&path))?;
    }
    let [ours, own] = medians(
        ROUNDS,
        [&mut || each(runtime, REQUESTS, || ours.head(&path)), &mut || each(runtime, REQUESTS, || own.head(&path))],
    );
    ratio("object-store-requests-to-its-own-credential", ours, own);
    Ok(())
}
