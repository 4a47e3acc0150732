//! Whether the client is in a component: the linker leaves out what nobody calls.

use anyhow::{Result, bail, ensure};
use wit_component::DecodedWasm;
use wit_parser::WorldKey;

/// Looks for the interface through which each of the clients of these features sends.
///
/// # Errors
/// When it is no component, or a client is not in it.
pub(crate) fn check(component: &[u8], clients: &str) -> Result<()> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("what was built is no component");
    };
    let imports = resolve.worlds[world].imports.keys().filter_map(|key| match key {
        WorldKey::Interface(id) => resolve.canonicalized_id_of(*id),
        WorldKey::Name(_) => None,
    });
    let imports: Vec<String> = imports.collect();
    for client in clients.split(',') {
        let interface = if client == "p2" { "wasi:http/outgoing-handler@0.2" } else { "wasi:http/client@0.3" };
        ensure!(imports.iter().any(|it| it == interface), "{interface} is not imported: the client is not linked");
    }
    Ok(())
}
