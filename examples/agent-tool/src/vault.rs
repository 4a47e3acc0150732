//! Reads a secret of a Key Vault over `wasi:http`.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

use act_sdk::prelude::{ActError, ActResult};
use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Request, Response, Scheme, Trailers};
use wasip3::wit_bindgen::rt::async_support::StreamResult;
use wasip3::wit_future;

/// A secret has at most 25,000 bytes.
const MOST_BYTES: usize = 256 * 1024;

/// The secret's value.
pub(crate) async fn read(vault: &str, name: &str, token: &str) -> ActResult<String> {
    let is_legal = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if name.is_empty() || !name.chars().all(is_legal) {
        return Err(ActError::invalid_args("the name of a secret has letters, digits and hyphens only"));
    }
    let no_vault = || ActError::invalid_args(format!("{vault} is not the address of a vault"));
    let (scheme, authority) = vault.trim_end_matches('/').split_once("://").ok_or_else(no_vault)?;
    let scheme = match scheme {
        "https" => Scheme::Https,
        // The simulator's, on this machine.
        "http" if authority.starts_with("127.0.0.1:") => Scheme::Http,
        _ => return Err(no_vault()),
    };
    let request = request(token).ok_or_else(|| ActError::internal("the token is not legal in a header"))?;
    let path = format!("/secrets/{name}?api-version=7.4");
    request.set_scheme(Some(&scheme)).map_err(|()| no_vault())?;
    request.set_authority(Some(authority)).map_err(|()| no_vault())?;
    request.set_path_with_query(Some(&path)).map_err(|()| no_vault())?;
    let failed = |code| match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            ActError::capability_denied(format!("the host denies the call to the vault at {authority}"))
        }
        code => ActError::internal(format!("the vault at {authority} does not answer: {code}")),
    };
    let response = client::send(request).await.map_err(failed)?;
    let status = response.get_status_code();
    let body = body(response).await.map_err(failed)?;
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    match (status, document["value"].as_str()) {
        (200, Some(value)) => Ok(value.to_owned()),
        // The vault's word for it, and nothing else of its answer.
        _ => {
            let code = document["error"]["code"].as_str().unwrap_or("nothing that is understood");
            Err(ActError::internal(format!("the vault answered {status}, {code}")))
        }
    }
}

fn request(token: &str) -> Option<Request> {
    let headers = [("authorization".to_owned(), format!("Bearer {token}").into_bytes())];
    let headers = Fields::from_list(&headers).ok()?;
    let (_, trailers) = wit_future::new::<Result<Option<Trailers>, ErrorCode>>(|| Ok(None));
    let (request, _sent) = Request::new(headers, None, trailers, None);
    Some(request)
}

async fn body(response: Response) -> Result<Vec<u8>, ErrorCode> {
    let (_, consumed) = wit_future::new::<Result<(), ErrorCode>>(|| Ok(()));
    let (mut stream, _) = Response::consume_body(response, consumed);
    let mut content = Vec::new();
    loop {
        let (result, chunk) = stream.read(Vec::with_capacity(16 * 1024)).await;
        content.extend(chunk);
        if content.len() > MOST_BYTES {
            return Err(ErrorCode::HttpResponseBodySize(Some(MOST_BYTES as u64)));
        }
        if !matches!(result, StreamResult::Complete(_)) {
            return Ok(content);
        }
    }
}
