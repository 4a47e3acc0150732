//! OpenDAL against Azurite, which checks tokens.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use bridges_testing::{Azurite, client};
use managed_identity_core::TokenRequest;
use managed_identity_reqsign::{ProviderCredential, STORAGE};
use managed_identity_simulator::{SimulatedSource, Simulator};
use opendal::services::Azblob;
use opendal::{ErrorKind, HttpTransporter, OperationContext, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use reqsign_core::ProvideCredentialChain;

const CONTAINER: &str = "pictures";

/// An operator over a container, with tokens for this resource.
fn operator(simulator: &Simulator, azurite: &Azurite, resource: &str) -> Operator {
    let request = TokenRequest::for_resource(resource).unwrap();
    let credential = ProviderCredential::new(client(simulator).unwrap(), request);
    let service = Azblob::default()
        .endpoint(azurite.url())
        .account_name(azurite.account())
        .container(CONTAINER)
        .credential_provider_chain(ProvideCredentialChain::new().push(credential));
    let root = reqwest::Certificate::from_der(azurite.certificate()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap();
    let transport = HttpTransporter::new(ReqwestTransport::new(http));
    Operator::new(service).unwrap().with_context(OperationContext::new().with_http_transport(transport))
}

#[tokio::test]
async fn a_file_is_written_and_read_with_one_token() {
    let simulator = Simulator::builder(SimulatedSource::CloudShell).start().unwrap();
    let azurite = Azurite::start().unwrap();
    azurite.make_container(CONTAINER, &client(&simulator).unwrap()).await.unwrap();
    let asked = simulator.request_count();

    let operator = operator(&simulator, &azurite, STORAGE);
    operator.write("cats/tom.txt", "meow").await.unwrap();
    for _ in 0..9 {
        assert_eq!(operator.read("cats/tom.txt").await.unwrap().to_vec(), b"meow");
    }
    assert_eq!(simulator.request_count() - asked, 1, "ten requests need one token");
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let simulator = Simulator::builder(SimulatedSource::CloudShell).start().unwrap();
    let azurite = Azurite::start().unwrap();
    let operator = operator(&simulator, &azurite, "https://vault.azure.net");
    let error = operator.read("cats/tom.txt").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
}
