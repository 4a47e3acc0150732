//! The steps of a flow as JavaScript sees them.

#[cfg(feature = "chain")]
use alloc::string::String;
use alloc::string::ToString as _;
#[cfg(feature = "chain")]
use alloc::vec::Vec;

use managed_identity_core::{AccessToken, Error, FilePurpose, FileRequest, HttpCall, Platform, Step, Trust};
#[cfg(feature = "chain")]
use managed_identity_core::{CommandRequest, SignRequest};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::thrown;
use crate::object::Object;
use crate::time::milliseconds;
use crate::token::token;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What every source may ask for. */
export type Effect =
  /** Send a request; answer with `respond` or `failHttp`. */
  | { readonly kind: "http"; readonly call: HttpCall }
  /** Read a file; answer with `giveFile` or `failFile`. */
  | { readonly kind: "read-file"; readonly file: FileRequest }
  /** Wait; answer with `wake`. */
  | { readonly kind: "sleep"; readonly delayMs: number; readonly cause: string };

/** The last step of a flow. */
export type Ended =
  | { readonly kind: "done"; readonly token: Token }
  | { readonly kind: "failed"; readonly error: ManagedIdentityError };

/**
 * A request, and the promises to keep when it is sent. Two hold for every one: it goes out directly, never through a
 * proxy, and a redirect is never followed but handed back as the answer it is. A host that cannot keep a promise answers
 * `unsupported-...`. Header values and the body may be credentials: they are not for logs.
 */
export interface HttpCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
  /** The longest wait for a connection, TLS handshake included. */
  readonly connectTimeoutMs: number;
  /** The longest wait for the first or the next byte of the answer. */
  readonly readTimeoutMs: number;
  /** The longest wait for everything together. */
  readonly totalTimeoutMs: number;
  /** The most bytes of a body to accept; a larger one is refused, not cut. */
  readonly maxBody: number;
  /**
   * How the server proves who it is: `plain` HTTP, the machine's trusted `roots`, exactly one `leaf` certificate, or, for
   * the token proxy of AKS, certain `anchors`, which a host answers with `unsupported-trust-anchors`.
   */
  readonly trust: "plain" | "roots" | "leaf" | "anchors";
  /** With `leaf`, the SHA-1 digest of the certificate in DER form: 40 hexadecimal digits in lower case. */
  readonly thumbprint?: string;
}

/** A file to read, and the rules under which it may be read. */
export interface FileRequest {
  /** The absolute path. */
  readonly path: string;
  readonly purpose: "arc-key" | "client-certificate" | "federated-token" | "token-proxy-ca";
  /**
   * The folder that the opened file must be directly in, and reached without following a symbolic link; links are
   * legitimate without it.
   */
  readonly directory?: string;
  /** The most bytes to accept; a larger file is refused, not cut. */
  readonly maxLength: number;
  /** Whose path rules apply. */
  readonly platform: Platform;
}
"#;

#[cfg(not(feature = "chain"))]
#[wasm_bindgen(typescript_custom_section)]
const STEP: &str = r#"
/** What to do next. */
export type Step = Effect | Ended;
"#;

#[cfg(feature = "chain")]
#[wasm_bindgen(typescript_custom_section)]
const STEP: &str = r#"
/** What to do next. */
export type Step =
  | Effect
  /** Run a program; answer with `giveOutput` or `failRun`. */
  | { readonly kind: "run"; readonly command: CommandRequest }
  /** Sign the `signingInput`; answer with `giveSignature` or `failSign`. */
  | { readonly kind: "sign"; readonly key: SigningKey }
  | Ended;
"#;

pub(crate) fn step(step: &Step) -> Object {
    match step {
        Step::Http { call, .. } => Object::of_kind("http").value("call", self::call(call)),
        Step::ReadFile { file, .. } => Object::of_kind("read-file").value("file", self::file(file)),
        #[cfg(feature = "chain")]
        Step::Run { command, .. } => Object::of_kind("run").value("command", self::command(command)),
        #[cfg(feature = "chain")]
        Step::Sign { what, .. } => Object::of_kind("sign").value("key", key(what)),
        // Built without the chain, nothing is ever to be run or signed.
        #[cfg(not(feature = "chain"))]
        Step::Run { .. } | Step::Sign { .. } => Object::empty(),
        Step::Sleep { delay, cause, .. } => {
            Object::of_kind("sleep").number("delayMs", milliseconds(*delay)).text("cause", &cause.to_string())
        }
        Step::Done(outcome) => ended(outcome),
    }
}

pub(crate) fn ended(outcome: &Result<AccessToken, Error>) -> Object {
    match outcome {
        Ok(it) => Object::of_kind("done").value("token", token(it)),
        Err(error) => Object::of_kind("failed").value("error", thrown(error.clone())),
    }
}

fn call(call: &HttpCall) -> Object {
    let (request, policy) = (call.request(), call.policy());
    let headers = request.headers().iter().fold(Object::empty(), |headers, it| headers.text(it.name(), it.value()));
    let shown = Object::empty()
        .text("method", request.method().as_str())
        .text("url", request.url().as_str())
        .value("headers", headers)
        .text("body", request.body())
        .number("connectTimeoutMs", milliseconds(policy.connect_timeout))
        .number("readTimeoutMs", milliseconds(policy.read_timeout))
        .number("totalTimeoutMs", milliseconds(policy.total_timeout))
        .number("maxBody", policy.max_body as f64);
    match &policy.trust {
        Trust::Plain => shown.text("trust", "plain"),
        Trust::Leaf(thumbprint) => shown.text("trust", "leaf").text("thumbprint", &thumbprint.to_string()),
        Trust::Roots => shown.text("trust", "roots"),
        _ => shown.text("trust", "anchors"),
    }
}

fn file(file: &FileRequest) -> Object {
    Object::empty()
        .text("path", &file.path)
        .text(
            "purpose",
            match file.purpose {
                FilePurpose::ArcKey => "arc-key",
                #[cfg(feature = "chain")]
                FilePurpose::ClientCertificate => "client-certificate",
                FilePurpose::TokenProxyCa => "token-proxy-ca",
                _ => "federated-token",
            },
        )
        .optional_text("directory", file.directory.as_deref())
        .number("maxLength", file.max_len as f64)
        .text(
            "platform",
            match file.platform {
                Platform::Linux => "linux",
                Platform::Windows => "windows",
                _ => "other",
            },
        )
}

#[cfg(feature = "chain")]
fn command(command: &CommandRequest) -> Object {
    let texts = |names: &[&str]| names.iter().copied().map(String::from).collect::<Vec<_>>();
    let environment = command.environment.iter().fold(Object::empty(), |it, (name, value)| it.text(name, value));
    Object::empty()
        .value("programs", texts(command.programs))
        .value("arguments", command.arguments.clone())
        .value("environment", environment)
        .value("withheld", texts(command.withheld))
        .number("timeLimitMs", milliseconds(command.time_limit))
        .number("maxOutput", command.max_output as f64)
}

#[cfg(feature = "chain")]
fn key(what: &SignRequest) -> Object {
    Object::empty()
        .bytes("content", what.content())
        .optional_text("password", what.password())
        .text("algorithm", what.algorithm().as_str())
}
