//! What wasmtime generates from the WIT: the components as their host sees them.

/// A component that exports `tokens`, whatever it imports.
pub mod client {
    wasmtime::component::bindgen!({
        inline: "
            package managed-identity:wasm-tests;

            world client {
                export managed-identity:client/types@0.1.0;
                export managed-identity:client/tokens@0.1.0;
            }
        ",
        path: "../../component/wit",
        exports: { default: async },
    });

    pub use exports::managed_identity::client::types;
}

/// The world `machine`.
pub mod machine {
    wasmtime::component::bindgen!({
        world: "managed-identity:client/machine",
        path: "../../component/wit",
    });

    pub use exports::managed_identity::client::{state_machine, types};
}

/// The bare GET that others are measured against.
pub mod bare_get {
    wasmtime::component::bindgen!({
        inline: "
            package managed-identity:wasm-tests;

            world bare-get {
                export get: func(authority: string, path: string) -> result<list<u8>, string>;
            }
        ",
        exports: { default: async },
    });
}
