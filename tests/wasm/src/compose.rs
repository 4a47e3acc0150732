//! Makes components out of modules, and one component out of two.

use anyhow::{Context as _, Result};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

/// The component that `module` is, or that it becomes: what a compiler makes for `wasm32-unknown-unknown` is a core module
/// with its component type on board.
///
/// # Errors
/// When it is neither.
pub fn component(module: Vec<u8>) -> Result<Vec<u8>> {
    // The second half of the version field tells the layers apart.
    if module.get(4..8) == Some(&[0x0d, 0, 1, 0]) {
        return Ok(module);
    }
    wit_component::ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode())
        .context("the module has no component type")
}

/// Plugs `client`, which exports `managed-identity:client/tokens`, into `plugin`, which imports it: what is left of the
/// plug-in's imports are its own and those of the client.
///
/// # Errors
/// When one of them is no component, or they do not fit.
pub fn plug(plugin: Vec<u8>, client: Vec<u8>) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let client = Package::from_bytes("managed-identity:client", None, client, graph.types_mut())?;
    let client = graph.register_package(client)?;
    let plugin = Package::from_bytes("agent:plugin", None, plugin, graph.types_mut())?;
    let plugin = graph.register_package(plugin)?;
    wac_graph::plug(&mut graph, vec![client], plugin).context("the plug-in does not import tokens")?;
    Ok(graph.encode(EncodeOptions::default())?)
}
