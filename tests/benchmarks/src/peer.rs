//! `azure_identity`, with an instant transport.

use std::sync::Arc;

use azure_core::Bytes;
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, ClientOptions, HttpClient, Request, StatusCode, Transport};
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions};

use crate::answer;

/// Answers every request at once and from memory.
#[derive(Debug)]
pub struct InstantTransport {
    answer: Bytes,
}

impl InstantTransport {
    pub fn shared() -> Arc<Self> {
        Arc::new(Self { answer: Bytes::from(answer()) })
    }
}

#[async_trait::async_trait]
impl HttpClient for InstantTransport {
    async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
        Ok(AsyncRawResponse::from_bytes(StatusCode::Ok, Headers::default(), self.answer.clone()))
    }
}

/// A credential with an empty cache for the App Service endpoint of the environment, whose requests are answered at once.
pub fn instant(transport: &Arc<InstantTransport>) -> Arc<ManagedIdentityCredential> {
    let transport = Transport::new(Arc::clone(transport) as Arc<dyn HttpClient>);
    let client_options = ClientOptions { transport: Some(transport), ..ClientOptions::default() };
    let options = ManagedIdentityCredentialOptions { client_options, ..ManagedIdentityCredentialOptions::default() };
    ManagedIdentityCredential::new(Some(options)).expect("the environment is that of App Service")
}
