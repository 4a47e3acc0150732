//! The SDK's client of Blob Storage against Azurite, which checks tokens.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;

use azure_core::http::{ClientOptions, StatusCode, Transport, Url};
use azure_storage_blob::{BlobServiceClient, BlobServiceClientOptions};
use bridges_testing::{Azurite, client};
use futures::TryStreamExt as _;
use managed_identity_azure_core::ProviderCredential;
use managed_identity_core::{TokenFuture, TokenProvider, TokenRequest};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};

/// Gives tokens for this resource, whatever it is asked for.
struct Astray(ManagedIdentityClient, TokenRequest);

impl TokenProvider for Astray {
    fn get_token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        TokenProvider::get_token(&self.0, &self.1)
    }
}

fn service<P: TokenProvider + 'static>(azurite: &Azurite, tokens: P) -> BlobServiceClient {
    let root = reqwest::Certificate::from_der(azurite.certificate()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap();
    let client_options = ClientOptions { transport: Some(Transport::new(Arc::new(http))), ..ClientOptions::default() };
    let options = BlobServiceClientOptions { client_options, ..Default::default() };
    let url = Url::parse(azurite.url()).unwrap();
    BlobServiceClient::new(url, Some(ProviderCredential::new(tokens)), Some(options)).unwrap()
}

#[tokio::test]
async fn containers_are_made_and_listed_with_one_token() {
    let simulator = Simulator::builder(SimulatedSource::AppService).start().unwrap();
    let azurite = Azurite::start().unwrap();
    let service = service(&azurite, client(&simulator).unwrap());
    for name in ["music", "pictures"] {
        service.blob_container_client(name).create(None).await.unwrap();
    }
    let containers: Vec<_> = service.list_containers(None).unwrap().try_collect().await.unwrap();
    let names: Vec<_> = containers.into_iter().filter_map(|container| container.name).collect();
    assert_eq!(names, ["music", "pictures"]);
    assert_eq!(simulator.request_count(), 1);
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let simulator = Simulator::builder(SimulatedSource::AppService).start().unwrap();
    let azurite = Azurite::start().unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let service = service(&azurite, Astray(client(&simulator).unwrap(), request));
    let error = service.blob_container_client("pictures").create(None).await.unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::Forbidden), "{error:?}");
}
