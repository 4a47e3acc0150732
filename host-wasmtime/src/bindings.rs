//! What wasmtime generates from the WIT: the interfaces that are lent, and their types.
//!
//! An embedder that generates bindings of its own for a world with one of these interfaces names these in
//! `bindgen!`'s `with`, as it does with those of `wasmtime-wasi`:
//!
//! ```text
//! with: { "managed-identity:client": managed_identity_wasmtime::bindings::client },
//! ```

#![allow(unsafe_code, missing_docs, clippy::all, clippy::doc_markdown, reason = "written by a generator")]

wasmtime::component::bindgen!({
    inline: "
        package managed-identity:wasmtime;

        world lender {
            import managed-identity:client/tokens@0.2.0;
            import managed-identity:concurrent/tokens@0.2.0;
        }
    ",
    path: ["../component/wit", "../component/wit-concurrent"],
    imports: { default: async },
    require_store_data_send: true,
});

pub use managed_identity::{client, concurrent};
