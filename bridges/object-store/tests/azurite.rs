//! `object_store` against Azurite, which checks tokens.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use bridges_testing::{Azurite, client};
use managed_identity_core::TokenRequest;
use managed_identity_object_store::{ProviderCredential, STORAGE};
use managed_identity_simulator::{SimulatedSource, Simulator};
use object_store::azure::{MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::path::Path;
use object_store::{Certificate, ClientOptions, ObjectStoreExt as _};

const CONTAINER: &str = "pictures";

/// A store over a container that is there, with tokens for this resource.
fn store(simulator: &Simulator, azurite: &Azurite, resource: &str) -> MicrosoftAzure {
    let certificate = Certificate::from_der(azurite.certificate()).unwrap();
    let options = ClientOptions::new().with_root_certificate(certificate).with_no_system_certificates(true);
    let request = TokenRequest::for_resource(resource).unwrap();
    MicrosoftAzureBuilder::new()
        .with_account(azurite.account())
        .with_endpoint(azurite.url().to_owned())
        .with_container_name(CONTAINER)
        .with_credentials(ProviderCredential::new(client(simulator).unwrap(), request))
        .with_client_options(options)
        .build()
        .unwrap()
}

#[tokio::test]
async fn an_object_is_written_and_read_with_one_token() {
    let simulator = Simulator::builder(SimulatedSource::MachineLearning).start().unwrap();
    let azurite = Azurite::start().unwrap();
    azurite.make_container(CONTAINER, &client(&simulator).unwrap()).await.unwrap();
    let asked = simulator.request_count();

    let store = store(&simulator, &azurite, STORAGE);
    let path = Path::from("cats/tom.txt");
    store.put(&path, "meow".into()).await.unwrap();
    for _ in 0..9 {
        let object = store.get(&path).await.unwrap().bytes().await.unwrap();
        assert_eq!(object, "meow");
    }
    assert_eq!(simulator.request_count() - asked, 1, "ten requests need one token");
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let simulator = Simulator::builder(SimulatedSource::MachineLearning).start().unwrap();
    let azurite = Azurite::start().unwrap();
    let store = store(&simulator, &azurite, "https://vault.azure.net");
    let error = store.get(&Path::from("cats/tom.txt")).await.unwrap_err();
    assert!(matches!(error, object_store::Error::PermissionDenied { .. }), "{error:?}");
}
