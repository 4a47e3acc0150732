//! One token, and what it claims.

use managed_identity_core::UnixTime;

use crate::aadsts;
use crate::claims::Claims;
use crate::doctor::facts::{Facts, Problem, TokenFacts};
use crate::doctor::finding::{Check, Finding};
use crate::time::date;

/// What tells whose token it is and what for, in the order of telling.
const SHOWN: [&str; 8] = ["aud", "tid", "oid", "appid", "azp", "xms_mirid", "idtyp", "upn"];

pub(super) fn check(facts: &Facts) -> Finding {
    let (source, expires_on, claims) = match &facts.token {
        TokenFacts::NotAsked => return Check::Token.not_applicable("there is nobody to ask for one"),
        TokenFacts::Failed(problem) => return failed(problem),
        TokenFacts::Got { source, expires_on, claims, .. } => (source, *expires_on, claims),
    };
    let until = format!("from {source}, until {}", date(expires_on));
    let Some(claims) = claims else {
        return Check::Token.ok(format!("{until}; only the service that it is for can read it"));
    };
    let finding = judged(facts, claims, expires_on, format!("{until}: {}", described(claims)));
    Finding { claims: Some(claims.clone()), ..finding }
}

fn judged(facts: &Facts, claims: &Claims, expires_on: UnixTime, evidence: String) -> Finding {
    if expires_on <= facts.now {
        return Check::Token.warning(
            format!("{evidence}. It has expired already"),
            "set this machine's clock (see clock); if it is right, ask for another resource to see whether it is the service",
        );
    }
    let audience = claims.text("aud").unwrap_or_default();
    let is_address = audience.contains("://");
    if is_address && audience.trim_end_matches('/') != facts.resource.trim_end_matches('/') {
        return Check::Token.warning(
            format!("{evidence}. It was asked for {}", facts.resource),
            "compare the audience with the one that the service wants; it answers 401 to any other",
        );
    }
    let application = claims.text("appid").or_else(|| claims.text("azp"));
    if let (Some(wanted), Some(got)) = (&facts.client_id, application)
        && !wanted.eq_ignore_ascii_case(got)
    {
        return Check::Token.warning(
            format!("{evidence}. The identity that was asked for is {wanted}"),
            "see which identities are assigned here, and which one AZURE_CLIENT_ID and --client-id name",
        );
    }
    Check::Token.ok(evidence)
}

fn described(claims: &Claims) -> String {
    let shown = SHOWN.iter().filter_map(|name| Some(format!("{name} {}", claims.text(name)?)));
    let roles = claims.texts("roles");
    let roles = (!roles.is_empty()).then(|| format!("roles {}", roles.join(" ")));
    shown.chain(roles).collect::<Vec<_>>().join(", ")
}

fn failed(problem: &Problem) -> Finding {
    let meaning = problem.aadsts.and_then(aadsts::meaning);
    let evidence = match meaning {
        Some(meaning) => format!("{}. In plain words: {}", problem.message, meaning.cause),
        None => problem.message.clone(),
    };
    let mend = meaning.map(|it| it.mend.to_owned()).or_else(|| problem.next_step.clone());
    Check::Token.failed(problem.mender, evidence, mend.unwrap_or_else(|| "see the lines above".to_owned()))
}
