//! What a tool that failed said.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::effect::CommandOutput;
use crate::error::ToolError;
use crate::wire::shown;

/// The most bytes of a tool's words that are shown.
const MOST: usize = 512;

/// The words of a tool that failed: searched for what they mean, and shown in part.
pub(super) struct Said<'a>(pub(super) Cow<'a, str>);

impl<'a> Said<'a> {
    pub(super) fn on_standard_error(output: &'a CommandOutput) -> Self {
        Self(without_colours(String::from_utf8_lossy(output.errors())))
    }

    pub(super) fn has(&self, words: &str) -> bool {
        self.0.contains(words)
    }

    pub(super) fn has_any(&self, texts: &[&str]) -> bool {
        texts.iter().any(|it| self.has(it))
    }

    /// The first line that says something and is no warning, as it may be shown.
    pub(super) fn line(&self) -> Option<String> {
        let line = self.lines().find(|line| !line.is_empty() && !line.starts_with("WARNING"))?;
        shown(line.strip_prefix("ERROR: ").unwrap_or(line), MOST, &[])
    }

    /// The same with the command that the tool suggests in a line of its own, if it does.
    pub(super) fn line_with_command(&self, command: &str) -> Option<String> {
        let line = self.line()?;
        let suggested = self.lines().find(|it| it.starts_with(command)).and_then(|it| shown(it, MOST, &[]));
        Some(match suggested {
            Some(suggested) if suggested != line => format!("{line} (it suggests: {suggested})"),
            _ => line,
        })
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines().map(str::trim)
    }

    /// The error of a tool that failed in a way that no other row knows.
    pub(super) fn failed(&self, output: &CommandOutput) -> ToolError {
        ToolError::Failed { exit_code: output.exit_code(), said: self.line() }
    }

    /// Whether a shell, or a script in the tool's place, says that there is no such tool.
    pub(super) fn is_not_installed(&self, program: &str, exit_code: Option<i32>) -> bool {
        let not_found = self.0.lines().any(|line| line.contains(program) && line.trim_end().ends_with("not found"));
        // 127 of POSIX shells, 9009 of cmd.exe.
        matches!(exit_code, Some(127 | 9009)) || not_found || self.has("is not recognized")
    }
}

/// The text without the sequences that colour it (ECMA-48, section 5.4), which PowerShell writes into files too.
fn without_colours(text: Cow<'_, str>) -> Cow<'_, str> {
    const START: &str = "\u{1b}[";
    if !text.contains(START) {
        return text;
    }
    let mut parts = text.split(START);
    let mut plain = String::from(parts.next().unwrap_or_default());
    for part in parts {
        // Parameters, then one letter.
        let mut rest = part.trim_start_matches(|it| matches!(it, '0'..='?')).chars();
        rest.next();
        plain.push_str(rest.as_str());
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;

    use super::without_colours;

    #[test]
    fn colours_do_not_show() {
        for (text, plain) in [
            ("plain", "plain"),
            ("\u{1b}[31;1mGet-AzAccessToken: \u{1b}[0mRun it\u{1b}[0m", "Get-AzAccessToken: Run it"),
            ("\u{1b}[", ""),
            ("\u{1b}[31", ""),
            ("a\u{1b}[\u{e4}b", "ab"),
        ] {
            assert_eq!(without_colours(Cow::Borrowed(text)), plain, "{text:?}");
        }
    }
}
