//! The generated types of the world `effects`.

wit_bindgen::generate!({ world: "effects", path: "wit", generate_all });
