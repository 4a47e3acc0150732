//! A component without what only people and debuggers read.

use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasm_encoder::{Component, Module};
use wasmparser::{CustomSectionReader, Parser};

struct Strip;

impl Reencode for Strip {
    type Error = Infallible;

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }
}

impl ReencodeComponent for Strip {
    fn parse_component_custom_section(&mut self, _: &mut Component, _: CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The component without custom sections, at every depth.
///
/// # Errors
/// When it is not a component.
pub fn stripped(component: &[u8]) -> Result<Vec<u8>> {
    let mut output = Component::new();
    Strip
        .parse_component(&mut output, Parser::new(0), component)
        .map_err(|error| anyhow!("not a component: {error}"))?;
    Ok(output.finish())
}
