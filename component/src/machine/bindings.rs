//! The generated types of the world `machine`.

wit_bindgen::generate!({ world: "machine", path: "wit" });
