//! Certificates to sign with out, signatures in.

use alloc::borrow::ToOwned as _;

use managed_identity_core::{SignError, SignErrorKind, SignRequest, SignatureAlgorithm, Signed};

use crate::machine::bindings::exports::managed_identity::client::credential_chain as interface;

pub(super) fn certificate(what: &SignRequest) -> interface::Certificate {
    interface::Certificate {
        content: what.content().to_vec(),
        password: what.password().map(str::to_owned),
        algorithm: match what.algorithm() {
            SignatureAlgorithm::Ps256 => interface::SignatureAlgorithm::Ps256,
            SignatureAlgorithm::Rs256 => interface::SignatureAlgorithm::Rs256,
        },
    }
}

pub(super) fn signed(signed: Result<interface::Signed, interface::SignFailure>) -> Result<Signed, SignError> {
    match signed {
        Ok(it) => Ok(Signed::new(it.input, it.signature)),
        Err(failure) => Err(SignError::new(kind(failure.problem), &failure.detail)),
    }
}

const fn kind(problem: interface::SignProblem) -> SignErrorKind {
    use interface::SignProblem as Problem;
    match problem {
        Problem::Denied => SignErrorKind::Denied,
        Problem::Failed | Problem::Other => SignErrorKind::Failed,
        Problem::Malformed => SignErrorKind::Malformed,
        Problem::NoCertificate => SignErrorKind::NoCertificate,
        Problem::NoKey => SignErrorKind::NoKey,
        Problem::NotTheKeys => SignErrorKind::NotTheKeys,
        Problem::PasswordMissing => SignErrorKind::PasswordMissing,
        Problem::PasswordWrong => SignErrorKind::PasswordWrong,
        Problem::UnsuitableKey => SignErrorKind::UnsuitableKey,
        Problem::Unsupported => SignErrorKind::Unsupported,
    }
}
