//! A client of MCP that talks with ACT about the tool of the example.

use anyhow::{Context as _, Result, ensure};
use managed_identity_simulator::SimulatedSource;
use serde_json::json;

use crate::hosts::{command, guest, output, packed};
use crate::machine::{Machine, SECRET};

/// What goes to and fro, with the port of the day left out.
pub(crate) fn transcript() -> Result<String> {
    let machine = Machine::with(SimulatedSource::AppService)?;
    let tool = packed(&machine, &guest("managed_identity_agent_tool.wasm"))?;
    let metadata = machine.file("metadata.json", &json!({"identity": machine.settings()}).to_string())?;
    let vault = machine.vault().context("there is no vault")?;
    let mut talk = command("node");
    talk.arg("mcp.mjs").args([&tool, &metadata]).args([vault, SECRET.0]);
    let said = output(talk)?;
    machine.nothing_secret_in(&said)?;
    ensure!(said.contains("28 characters"), "{said}");
    ensure!(said.contains("SecretNotFound"), "{said}");
    let lines: Vec<String> = said
        .lines()
        .filter(|line| line.starts_with("< ") || line.starts_with("> "))
        .map(|line| line.replace(vault, "http://127.0.0.1:PORT"))
        .collect();
    Ok(format!("```text\n{}\n```\n", lines.join("\n")))
}
