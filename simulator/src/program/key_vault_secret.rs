//! A secret of the Key Vault, as the command line has it.

use std::fmt;
use std::str::FromStr;

/// `NAME=VALUE`. `Debug` leaves the value out.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyVaultSecret {
    /// The name, of letters, digits and `-`.
    pub name: String,
    /// The value.
    pub value: String,
}

impl FromStr for KeyVaultSecret {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("a secret is written NAME=VALUE")?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || !name.bytes().all(legal) {
            return Err("a secret's name has letters, digits and - only");
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

impl fmt::Debug for KeyVaultSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyVaultSecret").field("name", &self.name).finish_non_exhaustive()
    }
}
