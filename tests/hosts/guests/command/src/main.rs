//! Asks for a token of Key Vault, and tells how long it is. The source is the one argument, or
//! what is on standard input, as settings in JSON.

#![cfg(target_arch = "wasm32")]

use std::process::ExitCode;

use managed_identity_wasi::SourceSettings;

fn main() -> ExitCode {
    match ask() {
        Ok(length) => {
            println!("a token of {length} bytes");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn ask() -> Result<usize, String> {
    let settings = match std::env::args().nth(1) {
        Some(settings) => settings,
        None => std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string())?,
    };
    let settings: SourceSettings = serde_json::from_str(&settings).map_err(|error| error.to_string())?;
    let failed = |error: managed_identity_wasi::Error| error.explain().to_string();
    let mut client = managed_identity_wasi::p2::client_of(&settings).map_err(failed)?;
    Ok(client.get_token("https://vault.azure.net").map_err(failed)?.secret().len())
}
