//! It switches on all that reqwest then does unasked, for everybody in the program: compression, cookies, another
//! resolver, HTTP/2. The client must go on as if nothing were on.

use std::error::Error;
use std::io::Write as _;

use managed_identity_reqwest::core::RetryPolicy;
use managed_identity_reqwest::{ManagedIdentityClient, Source};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

type Outcome<T> = Result<T, Box<dyn Error>>;

const TOKEN: &str = r#"{"access_token":"a-token","expires_in":3600}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    drop(reqwest::Client::builder().cookie_store(true).build()?);
    neighbours_token::from_every_kind_of_endpoint().await?;
    requests_are_the_same().await?;
    a_compressed_answer_is_not_unpacked().await
}

/// Two requests on one client: neither offers a compression, and the second brings no cookie back.
async fn requests_are_the_same() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = client(&listener)?;
    for resource in ["https://vault.azure.net", "https://storage.azure.com"] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nset-cookie: a=b; Path=/\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{TOKEN}",
            TOKEN.len()
        );
        let (token, head) = tokio::join!(client.get_token(resource), answered(&listener, answer.as_bytes()));
        let (_, head) = (token?, head?.to_lowercase());
        for unwanted in ["accept-encoding", "cookie", "upgrade", "http2-settings"] {
            if head.contains(unwanted) {
                return Err(format!("a request with {unwanted}: {head}").into());
            }
        }
        if !head.lines().next().is_some_and(|line| line.ends_with("http/1.1")) {
            return Err(format!("not HTTP/1.1: {head}").into());
        }
    }
    println!("requests: as without the features");
    Ok(())
}

async fn a_compressed_answer_is_not_unpacked() -> Outcome<()> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(TOKEN.as_bytes())?;
    let packed = packed.finish()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = client(&listener)?;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        packed.len()
    );
    let answer = [head.into_bytes(), packed].concat();
    let (token, seen) = tokio::join!(client.get_token("https://vault.azure.net"), answered(&listener, &answer));
    seen?;
    match token {
        Ok(_) => Err("an answer was unpacked that nobody asked to pack".into()),
        Err(error) => {
            println!("a compressed answer: {error}");
            Ok(())
        }
    }
}

fn client(listener: &TcpListener) -> Outcome<ManagedIdentityClient> {
    let source = Source::imds(&format!("http://localhost:{}", listener.local_addr()?.port()))?;
    Ok(ManagedIdentityClient::builder().source(source).retry(RetryPolicy::none()).build()?)
}

/// Serves one request, and tells its head.
async fn answered(listener: &TcpListener, answer: &[u8]) -> Outcome<String> {
    let (mut stream, _) = listener.accept().await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    stream.write_all(answer).await?;
    stream.shutdown().await?;
    Ok(String::from_utf8(head)?)
}
