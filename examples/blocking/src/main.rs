//! A token without an async runtime: `cargo run -p managed-identity-example-blocking`.
//!
//! The simulator plays a virtual machine; in a real program `managed_identity_fs::detect` looks at the real one.

use std::error::Error;

use managed_identity_core::{Acquire, Effects as _, Source, TokenRequest};
use managed_identity_simulator::{SimulatedSource, Simulator};

use managed_identity_example_blocking::Blocking;

fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder(SimulatedSource::Imds).start()?;
    let source = Source::imds(simulator.base_url())?;

    let request = TokenRequest::for_resource("https://vault.azure.net")?;
    let token = Acquire::new(source, request)?.run(&mut Blocking)?;

    let left = token.expires_on().saturating_since(Blocking.now());
    println!("a token of {} bytes, for {} seconds", token.secret().len(), left.as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use managed_identity_core::{Acquire, Error, PolicyField, RetryPolicy, Source, TokenRequest, TransportErrorKind};
    use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};

    use managed_identity_example_blocking::Blocking;

    fn run(source: Source) -> Result<String, Error> {
        let request = TokenRequest::for_resource("https://vault.azure.net")?;
        let acquire = Acquire::new(source, request)?.with_retry(RetryPolicy::none());
        acquire.run(&mut Blocking).map(|token| token.secret().to_owned())
    }

    fn kind(outcome: Result<String, Error>) -> TransportErrorKind {
        match outcome {
            Err(Error::Transport { error, .. }) => error.kind(),
            other => panic!("not a transport error: {other:?}"),
        }
    }

    #[test]
    fn it_gets_a_verifiable_token() {
        let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
        let token = run(Source::imds(simulator.base_url()).unwrap()).unwrap();
        simulator.verify_token(&token, "https://vault.azure.net").unwrap();
    }

    #[test]
    fn it_keeps_the_promises_of_a_call() {
        let simulator = Simulator::builder(SimulatedSource::Imds)
            .faults(FaultScript::new().then(Fault::huge(1_000_000)).then(Fault::redirect("http://127.0.0.1:1/")))
            .start()
            .unwrap();
        let source = Source::imds(simulator.base_url()).unwrap();
        assert_eq!(kind(run(source.clone())), TransportErrorKind::BodyTooLarge);
        assert!(matches!(run(source), Err(Error::Endpoint { error, .. }) if (300..400).contains(&error.status)));
        let pinned = Source::service_fabric("https://127.0.0.1:1/", "header", &"0".repeat(40)).unwrap();
        assert_eq!(kind(run(pinned)), TransportErrorKind::Unsupported(PolicyField::Tls));
    }
}
