//! A command of WASI 0.3 that makes one call of the simulator's check for drivers: it reads the call from standard input
//! and prints what became of it. Its argument says by which driver, `p2` or `p3`.
#![cfg(target_arch = "wasm32")]

mod call;

use std::io::read_to_string;

use managed_identity_wasi::core::{HttpResponse, TransportError, TransportErrorKind};
use managed_identity_wasi::{ConcurrentEffects as _, Effects as _, p2, p3};
use serde_json::{Value, json};

struct Command;

wasip3::cli::command::export!(Command);

impl wasip3::exports::cli::run::Guest for Command {
    async fn run() -> Result<(), ()> {
        let text = read_to_string(std::io::stdin()).map_err(drop)?;
        let call = call::read(&text).map_err(|error| eprintln!("{error}"))?;
        let outcome = match std::env::args().next_back().as_deref() {
            Some("p2") => p2::WasiEffects.send(call),
            Some("p3") => p3::WasiEffects.send(call).await,
            _ => return Err(()),
        };
        println!("{}", said(outcome));
        Ok(())
    }
}

fn said(outcome: Result<HttpResponse, TransportError>) -> Value {
    match outcome {
        Ok(answer) => json!({ "status": answer.status(), "body": answer.body().len() }),
        Err(error) => json!({ "error": name(error.kind()) }),
    }
}

fn name(kind: TransportErrorKind) -> String {
    let name = match kind {
        TransportErrorKind::BodyTooLarge => "body-too-large",
        TransportErrorKind::Broken => "broken",
        TransportErrorKind::Certificate => "certificate",
        TransportErrorKind::Connect => "connect",
        TransportErrorKind::Denied => "denied",
        TransportErrorKind::Timeout => "timeout",
        TransportErrorKind::Unsupported(promise) => return format!("unsupported-{}", promise.as_str()),
        _ => "protocol",
    };
    name.to_owned()
}
