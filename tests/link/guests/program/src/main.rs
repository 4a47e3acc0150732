//! A program that asks for a token when it is started, and calls something of the crate beside which it is linked.

#![cfg(target_arch = "wasm32")]

#[cfg(not(feature = "wstd"))]
fn main() -> Result<(), work::Error> {
    println!("{} {}", work::ask()?, number());
    Ok(())
}

#[cfg(feature = "wstd")]
#[wstd::main]
async fn main() -> Result<(), work::Error> {
    wstd::task::sleep(wstd::time::Duration::from_nanos(1)).await;
    println!("{}", work::ask()?);
    Ok(())
}

#[cfg(feature = "wasip2")]
use wasip2::random::random::get_random_u64 as number;

#[cfg(feature = "wasip3")]
use wasip3::random::random::get_random_u64 as number;

#[cfg(feature = "wit-bindgen")]
wit_bindgen::generate!({ inline: "package link:guest; world told { import number: func() -> u64; }" });

#[cfg(feature = "wit-bindgen-older")]
wit_bindgen_older::generate!({
    inline: "package link:guest; world told { import number: func() -> u64; }",
    runtime_path: "wit_bindgen_older::rt",
});

#[cfg(not(any(
    feature = "wasip2",
    feature = "wasip3",
    feature = "wit-bindgen",
    feature = "wit-bindgen-older",
    feature = "wstd"
)))]
fn number() -> u64 {
    0
}
