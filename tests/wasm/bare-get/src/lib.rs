//! One GET over `wasi:http`, without a time limit, a size limit or an error's name: the floor for everything that does
//! more.

#![cfg(target_arch = "wasm32")]

mod bindings {
    wit_bindgen::generate!({
        path: ["../../../component/wit", "wit"],
        world: "managed-identity:bare-get/bare-get",
        generate_all,
    });
}

use bindings::wasi::http::outgoing_handler::{OutgoingRequest, handle};
use bindings::wasi::http::types::{Fields, IncomingResponse, OutgoingBody, Scheme};

struct BareGet;

impl bindings::Guest for BareGet {
    fn get(authority: String, path: String) -> Result<Vec<u8>, String> {
        get(&authority, &path).ok_or_else(|| "no answer".to_owned())
    }
}

fn get(authority: &str, path: &str) -> Option<Vec<u8>> {
    let headers = Fields::from_list(&[("metadata".to_owned(), b"true".to_vec())]).ok()?;
    let request = OutgoingRequest::new(headers);
    request.set_scheme(Some(&Scheme::Http)).ok()?;
    request.set_authority(Some(authority)).ok()?;
    request.set_path_with_query(Some(path)).ok()?;
    let body = request.body().ok()?;
    let answer = handle(request, None).ok()?;
    OutgoingBody::finish(body, None).ok()?;
    loop {
        match answer.get() {
            Some(response) => return read(&response.ok()?.ok()?),
            None => answer.subscribe().block(),
        }
    }
}

fn read(response: &IncomingResponse) -> Option<Vec<u8>> {
    let body = response.consume().ok()?;
    let stream = body.stream().ok()?;
    let mut content = Vec::new();
    while let Ok(chunk) = stream.read(4096) {
        if chunk.is_empty() {
            stream.subscribe().block();
        }
        content.extend(chunk);
    }
    Some(content)
}

bindings::export!(BareGet with_types_in bindings);
