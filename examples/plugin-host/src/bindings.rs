//! What wasmtime generates from the WIT: a plug-in as its host sees it.

wasmtime::component::bindgen!({
    inline: "
        package managed-identity:plugin-host;

        world plugin {
            import managed-identity:client/tokens@0.1.0;
            export agent:extension/tool@0.1.0;
        }
    ",
    path: ["../../component/wit", "../agent-extension/wit"],
    imports: { default: async },
    exports: { default: async },
});
