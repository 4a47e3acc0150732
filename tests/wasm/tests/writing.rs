//! A request that a peer does not read as it should: neither the client over WASI 0.2 nor the one over 0.3 waits longer
//! than its time, and an answer counts however little of the request was read for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use http::Method;
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::bindings::client::ClientPre;
use managed_identity_wasm_tests::bindings::host::types::{Identity, Target, TokenOptions, TokenRequest};
use managed_identity_wasm_tests::bindings::p3_guest::P3GuestPre;
use managed_identity_wasm_tests::linked;
use managed_identity_wasm_tests::store::store;
use managed_identity_wasmtime::{Grants, HttpRule, PluginState};
use socket2::{Domain, Socket, Type};
use wasmtime::component::{Component, InstancePre};

/// More than wasmtime (three pieces of a mebibyte) and two sockets with little room take on by themselves.
const BODY: usize = 4 << 20;
const TOKEN: &str = r#"{"access_token":"a-token","expires_in":"3600"}"#;
const REFUSAL: &str = r#"{"error":{"code":"too_long","message":"no resource has such a name"}}"#;

/// What a client says in the end, and after how long.
type Told = (Result<String, String>, Duration);

/// A connection of a client, whose request has arrived as far as its head.
struct Request(BufReader<TcpStream>);

impl Request {
    fn new(stream: TcpStream) -> Self {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).unwrap();
        }
        Self(stream)
    }

    /// The head of an answer with this body.
    fn answer_head(&mut self, status: &str, body: &str) {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        self.0.get_mut().write_all(head.as_bytes()).unwrap();
    }

    fn answer(&mut self, status: &str, body: &str) {
        self.answer_head(status, body);
        self.0.get_mut().write_all(body.as_bytes()).unwrap();
    }

    fn read_body(&mut self) -> Vec<u8> {
        let mut body = vec![0; body().len()];
        self.0.read_exact(&mut body).unwrap();
        body
    }

    /// Waits until the client hangs up, and reads no more than what is in the way of that.
    fn keep(mut self) {
        let _ = self.0.read_to_end(&mut Vec::new());
    }
}

fn resource() -> String {
    format!("https-{}", "x".repeat(BODY))
}

fn body() -> String {
    format!("resource={}", resource())
}

/// Does nothing with a connection until the test is over.
fn hold(stream: TcpStream) -> ! {
    loop {
        thread::park();
        // Here it would be closed.
        let _ = &stream;
    }
}

/// On loopback, with little room for what is not read, on either side: how much a sender's system takes on begins with how
/// large the receiver lets a segment be.
fn listener() -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(16).unwrap();
    socket.into()
}

/// Lets both clients ask a Cloud Shell that is `peer`, one after the other.
async fn both(budget: Duration, peer: fn(TcpStream)) -> [Told; 2] {
    let listener = listener();
    let endpoint = format!("http://{}/oauth2/token", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(|stream| drop(thread::spawn(move || peer(stream.unwrap())))));
    let grants = Grants::nothing()
        .request(HttpRule::exactly(Method::POST, &endpoint.parse().unwrap()).unwrap())
        .variable("MSI_ENDPOINT", &endpoint);
    let told = [by_p2(&grants, budget).await, by_p3(&grants, budget).await];
    println!("WASI 0.2: {:?}\nWASI 0.3: {:?}", told[0], told[1]);
    told
}

async fn by_p2(grants: &Grants, budget: Duration) -> Told {
    static CLIENT: LazyLock<ClientPre<PluginState>> =
        LazyLock::new(|| ClientPre::new(pre(&Artifacts::of_project().client("self-contained").unwrap())).unwrap());
    let mut store = store(CLIENT.engine(), grants).unwrap();
    let client = CLIENT.instantiate_async(&mut store).await.unwrap();
    let options = TokenOptions {
        client_capabilities: Vec::new(),
        rejected_token: None,
        force_refresh: false,
        time_budget: Some(u64::try_from(budget.as_millis()).unwrap()),
        retries: true,
        client_headers: true,
    };
    let target = Target::Resource(resource());
    let request = TokenRequest { target, identity: Identity::SystemAssigned, options: Some(options) };
    let begun = Instant::now();
    let outcome = client.managed_identity_client_tokens().call_get_token(&mut store, &request).await.unwrap();
    (outcome.map(|token| token.access_token).map_err(|error| error.message), begun.elapsed())
}

async fn by_p3(grants: &Grants, budget: Duration) -> Told {
    static GUEST: LazyLock<P3GuestPre<PluginState>> = LazyLock::new(|| {
        P3GuestPre::new(pre(&Artifacts::of_project().module("managed_identity_p3_guest").unwrap())).unwrap()
    });
    let mut store = store(GUEST.engine(), grants).unwrap();
    let guest = GUEST.instantiate_async(&mut store).await.unwrap();
    let (resource, milliseconds) = (resource(), u64::try_from(budget.as_millis()).unwrap());
    let begun = Instant::now();
    let outcome = store
        .run_concurrent(async |store| guest.call_get_token(store, resource, milliseconds).await)
        .await
        .unwrap()
        .unwrap();
    (outcome, begun.elapsed())
}

fn pre(component: &[u8]) -> InstancePre<PluginState> {
    let engine = linked::engine().unwrap();
    let linker = linked::client_grants_and_wasi_0_3(&engine).unwrap();
    linker.instantiate_pre(&Component::new(&engine, component).unwrap()).unwrap()
}

/// Enough for an exchange that nothing holds up.
const PLENTY: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_secs(1);

/// Both ran out of time, and noticed it before any other limit was reached.
fn ran_out_of_time(told: [Told; 2]) {
    for (outcome, elapsed) in told {
        let message = outcome.unwrap_err();
        assert!(message.contains("the time limit passed"), "{message}");
        assert!(elapsed >= SHORT && elapsed < SHORT * 15, "after {elapsed:?}");
    }
}

#[tokio::test]
async fn a_peer_that_reads_nothing_is_left_when_the_time_is_over() {
    ran_out_of_time(both(SHORT, |stream| hold(stream)).await);
}

#[tokio::test]
async fn a_peer_that_reads_little_at_a_time_is_left_when_the_time_is_over() {
    let peer = |stream| {
        let mut request = Request::new(stream);
        while request.0.read_exact(&mut [0; 4 << 10]).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    };
    ran_out_of_time(both(SHORT, peer).await);
}

#[tokio::test]
async fn a_peer_that_reads_all_and_never_answers_is_left_when_the_time_is_over() {
    ran_out_of_time(both(SHORT, |stream| Request::new(stream).keep()).await);
}

#[tokio::test]
async fn a_peer_that_reads_all_gets_all() {
    let peer = |stream| {
        let mut request = Request::new(stream);
        let whole = request.read_body() == body().into_bytes();
        request.answer(if whole { "200 OK" } else { "400 Bad Request" }, if whole { TOKEN } else { REFUSAL });
        request.keep();
    };
    for (outcome, _) in both(PLENTY, peer).await {
        assert_eq!(outcome.unwrap(), "a-token");
    }
}

#[tokio::test]
async fn an_answer_counts_though_the_request_is_not_read() {
    let peer = |stream| {
        let mut request = Request::new(stream);
        request.answer("400 Bad Request", REFUSAL);
        hold(request.0.into_inner());
    };
    for (outcome, _) in both(PLENTY, peer).await {
        let message = outcome.unwrap_err();
        assert!(message.contains("no resource has such a name"), "{message}");
    }
}

#[tokio::test]
async fn a_token_counts_though_the_request_is_not_read() {
    let peer = |stream| {
        let mut request = Request::new(stream);
        request.answer("200 OK", TOKEN);
        hold(request.0.into_inner());
    };
    for (outcome, _) in both(PLENTY, peer).await {
        assert_eq!(outcome.unwrap(), "a-token");
    }
}

#[tokio::test]
async fn the_rest_of_a_request_is_sent_to_a_peer_that_wants_it_before_it_ends_its_answer() {
    let peer = |stream| {
        let mut request = Request::new(stream);
        request.answer_head("200 OK", TOKEN);
        request.read_body();
        request.0.get_mut().write_all(TOKEN.as_bytes()).unwrap();
        request.keep();
    };
    for (outcome, _) in both(PLENTY, peer).await {
        assert_eq!(outcome.unwrap(), "a-token");
    }
}
