//! The generated types of the world `machine`, or of the one that adds chains to it.

#[cfg(not(feature = "machine-chain"))]
wit_bindgen::generate!({ world: "machine", path: "wit" });

#[cfg(feature = "machine-chain")]
wit_bindgen::generate!({ world: "machine-chain", path: "wit" });
