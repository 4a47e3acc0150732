//! The value of `--source`: a name, settings as JSON, or a file with one of both.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use managed_identity_core::{SourceKind, SourceSettings};

/// Reads the settings of a source.
#[derive(Clone, Copy)]
pub(crate) struct SettingsParser;

impl TypedValueParser for SettingsParser {
    type Value = SourceSettings;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<SourceSettings, Error> {
        let name = argument.map_or_else(|| "SOURCE".to_owned(), ToString::to_string);
        // The value is not repeated: it can hold a secret.
        let refused = |problem| {
            Error::raw(ErrorKind::ValueValidation, format!("invalid value for '{name}': {problem}\n")).with_cmd(command)
        };
        let text = value.to_str().ok_or_else(|| refused("it is no text in UTF-8".to_owned()))?;
        settings(text).map_err(refused)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = SourceKind::ALL.iter().map(|kind| kind.as_str());
        Some(Box::new(std::iter::once("detect").chain(names).map(PossibleValue::new)))
    }
}

fn settings(text: &str) -> Result<SourceSettings, String> {
    if let Some(file) = text.strip_prefix('@') {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
        return parsed(text.trim()).map_err(|problem| format!("{file}: {problem}"));
    }
    let settings = parsed(text)?;
    if settings.has_secret() {
        return Err(
            "everybody on this machine sees the secret of a command line: write the settings into a file that \
                    only you can read, and give @FILE"
                .to_owned(),
        );
    }
    Ok(settings)
}

/// A bare name is a text of JSON without its quotes.
fn parsed(text: &str) -> Result<SourceSettings, String> {
    let value =
        if text.starts_with(['{', '"']) { serde_json::from_str(text) } else { serde_json::from_value(text.into()) };
    value.map_err(|error| error.to_string())
}
