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

#[cfg(test)]
mod tests {
    use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
    use wit_parser::Resolve;

    use super::check;

    #[test]
    fn a_guest_out_of_which_the_linker_has_left_the_client_is_noticed() {
        let mut wit = Resolve::default();
        let package = wit.push_str("nothing.wit", "package link:guest; world nothing {}").unwrap();
        let world = wit.select_world(&[package], None).unwrap();
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        embed_component_metadata(&mut module, &wit, world, StringEncoding::UTF8, false).unwrap();
        let component = ComponentEncoder::default().module(&module).unwrap().encode().unwrap();
        let error = check(&component, "p2,p3").unwrap_err().to_string();
        assert_eq!(error, "wasi:http/outgoing-handler@0.2 is not imported: the client is not linked");
        assert!(check(&module, "p2").is_err(), "a module is no component");
    }
}
