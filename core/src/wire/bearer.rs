//! What a resource says when it rejects a token.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

/// A `Bearer` challenge of a resource (RFC 6750, section 3), read from `WWW-Authenticate`.
///
/// ```
/// use managed_identity_core::BearerChallenge;
///
/// let header = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
/// let challenge = BearerChallenge::parse(header).unwrap();
/// // The token that was sent is of no use any more: ask for another one in its place.
/// assert_eq!(challenge.claims(), Some("eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="));
/// ```
///
/// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BearerChallenge {
    parameters: Vec<(String, String)>,
}

impl BearerChallenge {
    /// Reads the first `Bearer` challenge of a header; `None` when there is none, or its parameters are malformed.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut scan = Scanner(header);
        loop {
            scan.skip(|c| c == ',' || c.is_ascii_whitespace());
            let scheme = scan.token()?;
            if scheme.eq_ignore_ascii_case("bearer") {
                return scan.parameters().map(|parameters| Self { parameters });
            }
            // Another scheme's parameters, or its single token.
            if scan.parameters().is_none() {
                scan.skip(|c| c != ',');
            }
        }
    }

    /// A parameter by its name, whatever its case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The claims that a new token must meet, as they were sent (base64); `None` unless the resource says that claims were
    /// insufficient.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.parameter("error").filter(|error| *error == "insufficient_claims")?;
        self.parameter("claims").filter(|claims| !claims.is_empty())
    }

    /// Whether an answer of a resource rejects the token that was sent to it: a 401 with a challenge that asks for other
    /// claims. An ordinary 401 says that the token is for something else, or the caller not known: another one would be no
    /// better.
    ///
    /// ```
    /// use managed_identity_core::BearerChallenge;
    /// use managed_identity_core::http::{HeaderMap, StatusCode, header::WWW_AUTHENTICATE};
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.append(WWW_AUTHENTICATE, r#"Bearer realm="""#.parse().unwrap());
    /// assert!(!BearerChallenge::rejects_token(StatusCode::UNAUTHORIZED, &headers));
    /// headers.append(WWW_AUTHENTICATE, r#"Bearer error="insufficient_claims", claims="e30=""#.parse().unwrap());
    /// assert!(BearerChallenge::rejects_token(StatusCode::UNAUTHORIZED, &headers));
    /// assert!(!BearerChallenge::rejects_token(StatusCode::FORBIDDEN, &headers));
    /// ```
    #[cfg(feature = "http")]
    #[must_use]
    pub fn rejects_token(status: http::StatusCode, headers: &http::HeaderMap) -> bool {
        let challenges = headers.get_all(http::header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        status == http::StatusCode::UNAUTHORIZED
            && challenges.filter_map(Self::parse).any(|challenge| challenge.claims().is_some())
    }
}

struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn skip(&mut self, what: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(what);
    }

    fn token(&mut self) -> Option<&'a str> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let end = self.0.find(|c| !is_token(c)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!token.is_empty()).then_some(token)
    }

    /// The parameters up to the next scheme or the end; `None` when one has no readable value.
    fn parameters(&mut self) -> Option<Vec<(String, String)>> {
        let mut parameters = Vec::new();
        loop {
            let before = self.0;
            self.skip(|c| c == ',' || c.is_ascii_whitespace());
            let name = match self.token() {
                Some(name) => name,
                None if self.0.is_empty() => return Some(parameters),
                None => return None,
            };
            self.skip(|c| c.is_ascii_whitespace());
            let Some(rest) = self.0.strip_prefix('=') else {
                // The next scheme.
                self.0 = before;
                return Some(parameters);
            };
            self.0 = rest;
            self.skip(|c| c.is_ascii_whitespace());
            parameters.push((name.to_owned(), self.value()?));
        }
    }

    /// A token, or a quoted text whose backslashes are taken out.
    fn value(&mut self) -> Option<String> {
        let Some(rest) = self.0.strip_prefix('"') else {
            let end = self.0.find(|c: char| c == ',' || c.is_ascii_whitespace()).unwrap_or(self.0.len());
            let (value, rest) = self.0.split_at_checked(end)?;
            self.0 = rest;
            return (!value.is_empty()).then(|| value.to_owned());
        };
        let mut value = String::new();
        let mut characters = rest.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(characters.next()?),
                other => value.push(other),
            }
        }
        self.0 = characters.as_str();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::BearerChallenge;

    fn claims(header: &str) -> Option<alloc::string::String> {
        BearerChallenge::parse(header)?.claims().map(Into::into)
    }

    #[test]
    fn claims_are_found_among_other_parameters_and_schemes() {
        for header in [
            r#"Bearer error="insufficient_claims", claims="abc=""#,
            r#"bearer Claims="abc=" , ERROR = insufficient_claims"#,
            r#"Bearer realm="a, b", authorization_uri="https://login/x", error="insufficient_claims",claims="ab\c=""#,
            r#"Basic realm="x", Bearer error="insufficient_claims", claims=abc="#,
            r#"Negotiate TlRMTVNTUAAB==, Bearer error="insufficient_claims", claims="abc=""#,
            r#"Custom @@@, Bearer error="insufficient_claims", claims="abc=""#,
        ] {
            assert_eq!(claims(header).as_deref(), Some("abc="), "{header}");
        }
    }

    #[test]
    fn what_is_no_claims_challenge_is_none() {
        for header in [
            "",
            "Basic realm=x",
            r#"Bearer authorization="https://login/x", resource="https://vault.azure.net""#,
            r#"Bearer error="invalid_token", claims="abc=""#,
            r#"Bearer error="insufficient_claims""#,
            r#"Bearer error="insufficient_claims", claims="abc"#,
            r#"Bearer error="insufficient_claims", claims="""#,
            "Bearer",
            ",,,",
        ] {
            assert_eq!(claims(header), None, "{header}");
        }
    }

    #[test]
    fn other_parameters_can_be_had_by_name() {
        let header = r#"Bearer authorization="https://login/t", resource="https://vault.azure.net""#;
        let challenge = BearerChallenge::parse(header).unwrap();
        assert_eq!(challenge.parameter("Resource"), Some("https://vault.azure.net"));
        assert_eq!(challenge.parameter("realm"), None);
    }
}
