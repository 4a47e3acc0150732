//! What wasmtime generates from the WIT: the components as their host sees them, with the same types for all of them.

/// What all worlds share, and what a host lends to the world `effects`.
pub mod host {
    wasmtime::component::bindgen!({
        inline: "
            package managed-identity:wasm-tests;

            world host {
                import managed-identity:client/types@0.2.0;
                import managed-identity:client/host-effects@0.2.0;
            }
        ",
        path: "../../component/wit",
        imports: { default: trappable },
    });

    pub use managed_identity::client::{host_effects, types};
}

/// A component that exports `tokens`, whatever it imports.
pub mod client {
    wasmtime::component::bindgen!({
        inline: "
            package managed-identity:wasm-tests;

            world client {
                export managed-identity:client/types@0.2.0;
                export managed-identity:client/tokens@0.2.0;
            }
        ",
        path: "../../component/wit",
        with: { "managed-identity:client/types": super::host::types },
        exports: { default: async },
    });
}

/// The world `effects`.
pub mod effects {
    wasmtime::component::bindgen!({
        world: "managed-identity:client/effects",
        path: "../../component/wit",
        with: {
            "managed-identity:client/types": super::host::types,
            "managed-identity:client/host-effects": super::host::host_effects,
        },
    });
}

/// The world `machine`.
pub mod machine {
    wasmtime::component::bindgen!({
        world: "managed-identity:client/machine",
        path: "../../component/wit",
        with: { "managed-identity:client/types": super::host::types },
    });

    pub use exports::managed_identity::client::state_machine;
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

/// The client over WASI 0.3.
pub mod p3_guest {
    wasmtime::component::bindgen!({
        inline: "
            package managed-identity:wasm-tests;

            world p3-guest {
                export get-token: async func(%resource: string, milliseconds: u64) -> result<string, string>;
                export lent-at-once: async func(%resource: string) -> result<_, string>;
            }
        ",
        exports: { default: async },
    });
}

/// The example of an agent extension.
pub mod extension {
    wasmtime::component::bindgen!({
        inline: "
            package managed-identity:wasm-tests;

            world extension {
                export agent:extension/tool@0.1.0;
            }
        ",
        path: ["../../component/wit", "../../examples/agent-extension/wit"],
        exports: { default: async },
    });
}
