//! A server of `wstd`.

use wstd::http::{Body, Request, Response};

#[wstd::http_server]
async fn main(_: Request<Body>) -> Result<Response<Body>, wstd::http::Error> {
    let length = work::ask().map_err(|error| wstd::http::Error::msg(error.to_string()))?;
    Ok(Response::new(length.to_string().into()))
}
