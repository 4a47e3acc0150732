//! Files, variables and resources that would bring a header or a request of their own with them.

use std::fs;

use managed_identity_reqwest::core::{Error, FileErrorKind};
use managed_identity_reqwest::{ManagedIdentityClient, Source};
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};

use crate::RESOURCE;
use crate::support::client;

const SPLITTING: [&str; 9] = [
    "key\r\nX-Injected: yes",
    "key\nX-Injected: yes",
    "key\rX-Injected: yes",
    "key\r\n\r\nGET /second HTTP/1.1\r\nhost: elsewhere\r\n\r\n",
    "\r\nX-Injected: yes",
    "key\r\n X-Folded: yes",
    "key\r\n\r\n",
    "key\0X-Injected: yes",
    "key\u{2028}X-Injected: yes",
];

fn assert_illegal(error: &Error) {
    let is_illegal =
        matches!(error, Error::CredentialFile { error, .. } if error.kind() == FileErrorKind::IllegalContent);
    assert!(is_illegal, "{error}");
    assert!(!format!("{error} {error:?}").contains("Injected"), "{error:?}");
}

#[tokio::test]
async fn a_key_file_that_would_split_the_request_is_refused_and_nothing_is_sent_after_it() {
    for content in SPLITTING {
        let simulator = Simulator::builder(SimulatedSource::AzureArc).start().unwrap();
        let key = simulator.key_folder().unwrap().join("hostile.key");
        fs::write(&key, content).unwrap();
        let challenge = Fault::challenge(format!("Basic realm={}", key.display()));
        simulator.set_faults(FaultScript::new().then(challenge)).unwrap();
        let error = client(&simulator).build().unwrap().get_token(RESOURCE).await.unwrap_err();
        assert_illegal(&error);
        assert_eq!(simulator.request_count(), 1, "{content:?}");
        fs::remove_file(&key).unwrap();
    }
}

#[tokio::test]
async fn a_federated_token_that_would_split_the_request_is_refused_before_anything_is_sent() {
    // Blanks around a federated token are no part of it.
    for content in SPLITTING.iter().filter(|content| content.trim() != "key") {
        let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).start().unwrap();
        fs::write(&simulator.environment()["AZURE_FEDERATED_TOKEN_FILE"], content).unwrap();
        let error = client(&simulator).build().unwrap().get_token(RESOURCE).await.unwrap_err();
        assert_illegal(&error);
        assert_eq!(simulator.request_count(), 0, "{content:?}");
    }
}

#[test]
fn an_identity_header_that_would_split_the_request_is_refused() {
    let endpoint = "https://127.0.0.1:1/token";
    // A header may have other characters than those of ASCII; a line break is made of none of them.
    for header in SPLITTING.iter().filter(|header| header.is_ascii()) {
        for source in [
            Source::app_service(endpoint, header),
            Source::machine_learning(endpoint, header, None),
            Source::service_fabric(endpoint, header, &"ab".repeat(20)),
        ] {
            assert!(source.is_err(), "{header:?}");
        }
    }
}

#[tokio::test]
async fn a_resource_can_name_no_header() {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let resource = "https://vault.azure.net\r\nX-Injected: yes\r\n\r\nGET /second HTTP/1.1";
    let client: ManagedIdentityClient = client(&simulator).build().unwrap();
    client.get_token(resource).await.unwrap();
    let requests = simulator.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].query_value("resource"), Some(resource));
    assert_eq!(requests[0].header("x-injected"), None);
}
