//! Bindings to the part of WASI that the managed-identity client uses, generated from the definitions in
//! `component/wit/deps`.
//!
//! The version is 0.2.0, the oldest, so that every host with WASI 0.2 can satisfy the imports. Nothing here does
//! anything outside of a WebAssembly component: on other targets the functions panic, and only the types are of use.

#![no_std]

extern crate alloc;

wit_bindgen::generate!({
    inline: "
        package managed-identity:bindings;

        world imports {
            import wasi:cli/environment@0.2.0;
            import wasi:clocks/monotonic-clock@0.2.0;
            import wasi:clocks/wall-clock@0.2.0;
            import wasi:filesystem/preopens@0.2.0;
            import wasi:filesystem/types@0.2.0;
            import wasi:http/outgoing-handler@0.2.0;
            import wasi:http/types@0.2.0;
            import wasi:io/error@0.2.0;
            import wasi:io/poll@0.2.0;
            import wasi:io/streams@0.2.0;
            import wasi:random/random@0.2.0;
        }
    ",
    path: "../../component/wit",
    generate_all,
});

pub use wasi::*;
