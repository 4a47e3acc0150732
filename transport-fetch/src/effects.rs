//! The effects that only credentials beside managed identity have: programs and signatures.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use managed_identity_core::{CommandError, CommandErrorKind, CommandOutput, SignError, SignErrorKind, Signed, Step};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::acquisition::Acquisition;
use crate::problem::{command_error_kind, sign_error_kind};
use crate::time::time;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/**
 * A program to run, and the rules under which it may be run: without a shell, with no input, in a folder that does not depend on
 * where this program runs, and in a group of processes of its own, all of which are ended when the time is over or nobody waits
 * any more. It is looked for in the absolute folders of the search path only.
 */
export interface CommandRequest {
  /** The names of the program, without the ending that Windows gives it. The first that there is counts. */
  readonly programs: readonly string[];
  /** The arguments. None of them is secret. */
  readonly arguments: readonly string[];
  /** Variables that are set for it beside what it inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that it does not inherit: secrets that are none of its business. */
  readonly withheld: readonly string[];
  /** How long it may take. */
  readonly timeLimitMs: number;
  /** The most bytes of its output to accept, and of its error output too. */
  readonly maxOutput: number;
}

/** What a step asks to sign with. Secret. */
export interface SigningKey {
  /** The file of the certificate and its private key. It is shown where it is: copy it before the next call. */
  readonly content: Uint8Array;
  /** The password of the file, where one is set. */
  readonly password?: string;
  /** The algorithm to sign by: RSASSA-PSS or RSASSA-PKCS1-v1_5, both with SHA-256. */
  readonly algorithm: "PS256" | "RS256";
}
"#;

#[wasm_bindgen]
impl Acquisition {
    /// Answers `run` with what the program wrote, and its exit code, if it has one.
    #[wasm_bindgen(js_name = "giveOutput")]
    pub fn give_output(&mut self, exit_code: Option<i32>, output: Vec<u8>, errors: Vec<u8>, now: f64) {
        self.answer_command(Ok(CommandOutput::new(exit_code, output, errors)), now);
    }

    /// Answers `run` when the program did not run to its end. `detail` is for people; it must not hold what it wrote.
    #[wasm_bindgen(js_name = "failRun")]
    pub fn fail_run(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "CommandProblem")] problem: &str,
        detail: &str,
        now: f64,
    ) {
        let kind = command_error_kind(problem).unwrap_or(CommandErrorKind::Failed);
        self.answer_command(Err(CommandError::new(kind, detail)), now);
    }

    /// Adds a certificate in DER form for `sign`: that of the key first, the one it was issued by next.
    #[wasm_bindgen(js_name = "addCertificate")]
    pub fn add_certificate(&mut self, certificate: Vec<u8>) {
        self.certificates.push(certificate);
    }

    /// The text to sign, which names the certificates that were added; `undefined` where there is none.
    #[wasm_bindgen(js_name = "signingInput")]
    pub fn signing_input(&self) -> Option<String> {
        match &self.step {
            Some(Step::Sign { what, .. }) => what.signing_input(&self.certificates),
            _ => None,
        }
    }

    /// Answers `sign` with the text and its signature.
    #[wasm_bindgen(js_name = "giveSignature")]
    pub fn give_signature(&mut self, input: String, signature: Vec<u8>) {
        self.answer_signature(Ok(Signed::new(input, signature)));
    }

    /// Answers `sign` when nothing was signed. `detail` is for people; it must not hold a secret.
    #[wasm_bindgen(js_name = "failSign")]
    pub fn fail_sign(&mut self, #[wasm_bindgen(unchecked_param_type = "SignProblem")] problem: &str, detail: &str) {
        let kind = sign_error_kind(problem).unwrap_or(SignErrorKind::Failed);
        self.answer_signature(Err(SignError::new(kind, detail)));
    }
}

impl Acquisition {
    fn answer_command(&mut self, answer: Result<CommandOutput, CommandError>, now: f64) {
        self.step = match take(&mut self.step) {
            Some(Step::Run { then, .. }) => Some(then.resume(answer, time(now))),
            other => other,
        }
    }

    fn answer_signature(&mut self, answer: Result<Signed, SignError>) {
        self.certificates.clear();
        self.step = match take(&mut self.step) {
            Some(Step::Sign { then, .. }) => Some(then.resume(answer)),
            other => other,
        }
    }
}
