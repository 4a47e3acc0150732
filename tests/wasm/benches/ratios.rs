//! What the components cost in wasmtime, beside the least that does the same: `ratio name ours peer ours/peer`, and
//! `budget name value limit`. Times are in microseconds, sizes in bytes.
//!
//! ```console
//! $ bash scripts/test-wasm.sh --bench
//! ```

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Instant;

use anyhow::{Result, ensure};
use http::Method;
use managed_identity_core::{Acquire, HttpResponse, Source, Step, TokenRequest, UnixTime};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::bindings::bare_get::BareGetPre;
use managed_identity_wasm_tests::bindings::client::ClientPre;
use managed_identity_wasm_tests::bindings::host::types;
use managed_identity_wasm_tests::machine::{Bench, MachineComponent};
use managed_identity_wasm_tests::store;
use managed_identity_wasmtime::{Grants, HttpRule, Limits, PluginState, add_client_grants_to_linker, pooled};
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Store};

const BODY: &str = r#"{"access_token":"eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2ln","expires_in":"86399","expires_on":"4102444800","resource":"https://vault.azure.net","token_type":"Bearer"}"#;
const TOKEN_PATH: &str = "/metadata/identity/oauth2/token";

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let artifacts = Artifacts::of_project();
    let (client, bare) = (artifacts.client("self-contained")?, artifacts.module("managed_identity_bare_get")?);
    let mut met = true;

    ratio("self_contained_size", client.len() as f64, bare.len() as f64);

    let engine = Engine::new(&pooled(&Limits::default(), 100))?;
    let ours = pre(&engine, &client)?;
    let theirs = pre(&engine, &bare)?;
    let [our_time, their_time] =
        medians(41, [&mut || instantiate(&runtime, &engine, &ours), &mut || instantiate(&runtime, &engine, &theirs)])?;
    ratio("instantiate_pooled", our_time, their_time);
    met &= budget("instantiate_pooled", our_time, 60.0);

    let authority = serve()?;
    let (client, bare) = (ClientPre::new(ours)?, BareGetPre::new(theirs)?);
    let grants = grants(&authority)?;
    let [our_time, their_time] = medians(
        21,
        [&mut || runtime.block_on(token(&engine, &client, &grants)), &mut || {
            runtime.block_on(get(&engine, &bare, &grants, &authority))
        }],
    )?;
    ratio("instantiate_to_token", our_time, their_time);

    let machine = MachineComponent::new(&artifacts.client("machine")?)?;
    let mut machine = machine.bench()?;
    let [our_time, their_time] = medians(21, [&mut || guest_flows(&mut machine), &mut native_flows])?;
    ratio("machine_flow", our_time, their_time);
    // A flow is two steps: the request, and the token.
    println!("machine_steps_per_second {:.0} native {:.0}", 2e6 / our_time, 2e6 / their_time);
    ensure!(met, "a budget was missed");
    Ok(())
}

fn ratio(name: &str, ours: f64, peer: f64) {
    println!("ratio {name} {ours:.1} {peer:.1} {:.3}", ours / peer);
}

fn budget(name: &str, value: f64, limit: f64) -> bool {
    let met = value <= limit;
    println!("budget {name} {value:.1} {limit:.1} {}", if met { "met" } else { "missed" });
    met
}

type Contestant<'a> = &'a mut dyn FnMut() -> Result<f64>;

/// Lets contestants take turns, and returns the median of each. The first turn does not count.
fn medians<const N: usize>(rounds: usize, mut contestants: [Contestant<'_>; N]) -> Result<[f64; N]> {
    let mut reported: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=rounds {
        for (contestant, reported) in contestants.iter_mut().zip(&mut reported) {
            let value = contestant()?;
            if round > 0 {
                reported.push(value);
            }
        }
    }
    Ok(reported.map(|mut values| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }))
}

/// The microseconds that each of `count` repetitions takes.
fn time(count: u32, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    for _ in 0..count {
        work()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e6 / f64::from(count))
}

fn pre(engine: &Engine, component: &[u8]) -> Result<InstancePre<PluginState>> {
    let mut linker = Linker::new(engine);
    add_client_grants_to_linker(&mut linker)?;
    Ok(linker.instantiate_pre(&Component::new(engine, component)?)?)
}

fn store(engine: &Engine, grants: &Grants) -> Result<Store<PluginState>> {
    let mut store = store::store(engine, grants)?;
    store.set_epoch_deadline(u64::MAX / 2);
    Ok(store)
}

/// Instances, each in a store of its own, made and dropped.
fn instantiate(runtime: &tokio::runtime::Runtime, engine: &Engine, pre: &InstancePre<PluginState>) -> Result<f64> {
    let grants = Grants::nothing();
    runtime.block_on(async {
        let begun = Instant::now();
        for _ in 0..200 {
            pre.instantiate_async(&mut store(engine, &grants)?).await?;
        }
        Ok(begun.elapsed().as_secs_f64() * 1e6 / 200.0)
    })
}

/// The grants of IMDS at this address.
fn grants(authority: &str) -> Result<Grants> {
    let address = format!("http://{authority}{TOKEN_PATH}").parse()?;
    let grants = Grants::nothing().request(HttpRule::exactly(Method::GET, &address)?);
    Ok(grants.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST", &format!("http://{authority}")))
}

async fn token(engine: &Engine, pre: &ClientPre<PluginState>, grants: &Grants) -> Result<f64> {
    let begun = Instant::now();
    let mut store = store(engine, grants)?;
    let client = pre.instantiate_async(&mut store).await?;
    let request = types::TokenRequest {
        target: types::Target::Resource("https://vault.azure.net".to_owned()),
        identity: types::Identity::SystemAssigned,
        options: None,
    };
    let token = client.managed_identity_client_tokens().call_get_token(&mut store, &request).await?;
    ensure!(token.is_ok(), "no token: {token:?}");
    Ok(begun.elapsed().as_secs_f64() * 1e6)
}

async fn get(engine: &Engine, pre: &BareGetPre<PluginState>, grants: &Grants, authority: &str) -> Result<f64> {
    let begun = Instant::now();
    let mut store = store(engine, grants)?;
    let client = pre.instantiate_async(&mut store).await?;
    let path = format!("{TOKEN_PATH}?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net");
    let body = client.call_get(&mut store, authority, &path).await?;
    ensure!(body.is_ok_and(|body| body == BODY.as_bytes()), "another body");
    Ok(begun.elapsed().as_secs_f64() * 1e6)
}

/// A server that answers every request with the same token, and ends the connection.
fn serve() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let authority = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", BODY.len());
        for mut stream in listener.incoming().flatten() {
            // Requests are short: one read has all of it.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(format!("{head}{BODY}").as_bytes());
        }
    });
    Ok(authority)
}

fn guest_flows(machine: &mut Bench) -> Result<f64> {
    time(500, || machine.flow(BODY.as_bytes()))
}

/// The same flow in the native core.
fn native_flows() -> Result<f64> {
    let source = Source::imds("http://169.254.169.254")?;
    let now = UnixTime::from_secs(1_700_000_000);
    time(500, || {
        let request = TokenRequest::for_resource("https://vault.azure.net")?;
        let Step::Http { then, .. } = Acquire::new(source.clone(), request)?.start(1, now) else {
            anyhow::bail!("the first step is no request");
        };
        let step = then.resume(Ok(HttpResponse::new(200, BODY.as_bytes().to_vec())), now);
        ensure!(matches!(step, Step::Done(Ok(_))), "no token: {step:?}");
        Ok(())
    })
}
