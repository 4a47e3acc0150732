//! The generated types of the extension's world.

wit_bindgen::generate!({
    path: ["../../component/wit", "wit"],
    world: "agent:extension/key-vault-reader",
    generate_all,
});
