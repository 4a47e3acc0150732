//! An interface of its own, by an older generator.

extern crate alloc;

use alloc::string::{String, ToString as _};

struct Asks;

#[cfg(not(feature = "p3"))]
wit_bindgen_older::generate!({
    inline: "package link:guest; world asks { export ask: func() -> result<u64, string>; }",
    runtime_path: "wit_bindgen_older::rt",
});

#[cfg(not(feature = "p3"))]
impl Guest for Asks {
    fn ask() -> Result<u64, String> {
        work::ask().map_err(|error| error.to_string())
    }
}

#[cfg(feature = "p3")]
wit_bindgen_older::generate!({
    inline: "package link:guest; world asks { export ask: async func() -> result<u64, string>; }",
    runtime_path: "wit_bindgen_older::rt",
});

#[cfg(feature = "p3")]
impl Guest for Asks {
    async fn ask() -> Result<u64, String> {
        work::ask_awaiting().await.map_err(|error| error.to_string())
    }
}

export!(Asks);
