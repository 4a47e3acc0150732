//! The error numbers of Microsoft Entra in plain words.
//!
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

/// What a number means, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) cause: &'static str,
    pub(crate) mend: &'static str,
}

type Row = (&'static [u32], &'static str, &'static str);

const TABLE: &[Row] = &[
    (
        &[700_016, 700_011],
        "this tenant has no application of that id",
        "correct the client id or the tenant; an application of several tenants has to be added to this one first",
    ),
    (
        &[7_000_215, 70_002],
        "the client secret is wrong; often its id was copied in place of its value",
        "copy the value of the secret, which is shown only when it is made, and see that nothing re-encodes it",
    ),
    (&[7_000_222], "the client secret has expired", "make a new secret and store its value where this one is"),
    (
        &[700_027, 50_012],
        "the certificate that signed is not one of the application's",
        "upload the certificate to the application, and send the certificate that was uploaded",
    ),
    (
        &[700_030],
        "the subject of the certificate is not allowed for this application",
        "have the subject trusted for the application, and send the whole chain of certificates",
    ),
    (
        &[700_024, 500_133],
        "the federated token or assertion is not valid now",
        "set this machine's clock, and see that the token file is renewed",
    ),
    (
        &[700_025],
        "the application is a public client, which has no secret",
        "use an application that is a confidential client",
    ),
    (
        &[70_021],
        "the identity has no federated credential that fits, or it is so new that not every server knows it",
        "add a federated credential with exactly the issuer, subject and audience of the token; a new one takes minutes",
    ),
    (
        &[700_211],
        "no federated credential has this issuer; a slash at its end counts",
        "copy the issuer of the cluster exactly: `az aks show --query oidcIssuerProfile.issuerUrl`",
    ),
    (
        &[700_212],
        "no federated credential has this audience",
        "let the audience be api://AzureADTokenExchange in the credential and in the token",
    ),
    (
        &[700_213, 7_002_138, 7_002_137],
        "no federated credential has this subject; upper and lower case count",
        "copy the subject exactly, such as system:serviceaccount:NAMESPACE:NAME",
    ),
    (
        &[90_002, 900_023],
        "there is no such tenant in this cloud",
        "correct the tenant id, or the cloud in AZURE_AUTHORITY_HOST",
    ),
    (
        &[90_038, 900_382, 900_432],
        "the tenant is in another national cloud",
        "set AZURE_AUTHORITY_HOST to the authority of that cloud",
    ),
    (&[50_128, 50_059, 9_001_023], "the request names no tenant", "name a tenant by its id"),
    (
        &[500_011, 50_001],
        "the tenant does not know the resource",
        "correct the resource's spelling, or enable that service in the tenant",
    ),
    (&[70_011, 28_002], "the scope is not a valid one", "use the resource followed by /.default as the scope"),
    (&[901_002], "a resource was sent where a scope belongs", "use a scope, such as https://vault.azure.net/.default"),
    (
        &[65_001, 650_056, 650_057, 50_105],
        "the application may not use this resource: the permission is missing, or nobody consented to it",
        "have an administrator of the tenant consent, or assign the application to the resource",
    ),
    (
        &[53_003, 53_000, 530_035],
        "Conditional Access or security defaults block this sign-in",
        "ask who owns the tenant's policies to let this identity through; a service cannot meet such a demand itself",
    ),
    (
        &[50_076, 50_079, 50_158],
        "the account has to prove itself once more, by a second factor say",
        "sign in to the tool again, interactively",
    ),
    (
        &[700_082, 70_008, 70_043, 50_173],
        "the sign-in of the tool has expired or was taken back",
        "sign in again, such as with az login",
    ),
    (&[50_020, 16_000], "the account is of another tenant", "name the account's tenant with --tenant"),
    (
        &[50_196],
        "the same request came too often in a short time",
        "keep tokens instead of asking for each call: one client for the whole program",
    ),
    (&[90_055, 90_024, 90_033, 90_006, 90_012], "the service is overloaded for a moment", "try again later"),
    (&[70_001, 7_000_112], "the application is disabled in this tenant", "have an administrator enable it"),
    (&[900_144], "the request lacks something", "report it: this is a fault of the program that asked"),
];

/// What this number means, where it is one that people meet.
pub(crate) fn meaning(code: u32) -> Option<Meaning> {
    let (_, cause, mend) = TABLE.iter().find(|(codes, ..)| codes.contains(&code))?;
    Some(Meaning { cause, mend })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{TABLE, meaning};

    #[test]
    fn a_number_is_in_one_row() {
        let codes: Vec<u32> = TABLE.iter().flat_map(|(codes, ..)| *codes).copied().collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        assert_eq!(meaning(700_213).unwrap().cause.split(';').next(), Some("no federated credential has this subject"));
        assert_eq!(meaning(1), None);
    }
}
