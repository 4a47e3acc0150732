//! Where the built components are.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::compose;

/// The components of this project, as `scripts/test-wasm.sh` builds them.
#[derive(Clone, Debug)]
pub struct Artifacts {
    target: PathBuf,
}

impl Artifacts {
    /// Those below `MANAGED_IDENTITY_TARGET`, the project's target folder unless it is set.
    #[must_use]
    pub fn of_project() -> Self {
        let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        Self { target: std::env::var_os("MANAGED_IDENTITY_TARGET").map_or_else(default, PathBuf::from) }
    }

    /// The client as a component: `machine`, `machine-chain`, `effects` or `self-contained`.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn client(&self, world: &str) -> Result<Vec<u8>> {
        self.read(&format!("components/{world}.wasm"))
    }

    /// The file of the client as a component.
    #[must_use]
    pub fn path(&self, world: &str) -> PathBuf {
        self.target.join(format!("components/{world}.wasm"))
    }

    /// The example of an agent extension, as a component.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn extension(&self) -> Result<Vec<u8>> {
        self.module("managed_identity_agent_extension")
    }

    /// A crate that cargo built for `wasm32-unknown-unknown` with the profile `component`, as a component.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn module(&self, name: &str) -> Result<Vec<u8>> {
        compose::component(self.read(&format!("wasm32-unknown-unknown/component/{name}.wasm"))?)
    }

    /// A guest of the link matrix, as a component.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn guest(&self, name: &str) -> Result<Vec<u8>> {
        self.read(&format!("link/components/{name}.wasm"))
    }

    /// The guest that makes calls of the simulator's check for drivers.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn driver(&self) -> Result<Vec<u8>> {
        self.read("wasm32-wasip2/component/managed_identity_driver_guest.wasm")
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        let path = self.target.join(path);
        std::fs::read(&path).with_context(|| {
            format!("{} is not there; build it with `bash scripts/test-wasm.sh --build-only`", path.display())
        })
    }
}
