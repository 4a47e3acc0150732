//! An interface of its own.

extern crate alloc;

use alloc::string::{String, ToString as _};

struct Asks;

#[cfg(not(feature = "p3"))]
wit_bindgen::generate!({
    inline: "package link:guest; world asks { export ask: func() -> result<u64, string>; }",
});

#[cfg(not(feature = "p3"))]
impl Guest for Asks {
    fn ask() -> Result<u64, String> {
        work::ask().map_err(|error| error.to_string())
    }
}

#[cfg(feature = "p3")]
wit_bindgen::generate!({
    inline: "package link:guest; world asks { export ask: async func() -> result<u64, string>; }",
});

#[cfg(feature = "p3")]
impl Guest for Asks {
    async fn ask() -> Result<u64, String> {
        work::ask_awaiting().await.map_err(|error| error.to_string())
    }
}

export!(Asks);
