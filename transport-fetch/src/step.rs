//! The steps of a flow as JavaScript sees them.

use alloc::string::ToString as _;

use managed_identity_core::{AccessToken, Error, FilePurpose, FileRequest, HttpCall, Platform, Step, Trust};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::thrown;
use crate::object::Object;
use crate::time::milliseconds;
use crate::token::token;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What to do next. */
export type Step =
  /** Send a request; answer with `respond` or `failHttp`. */
  | { readonly kind: "http"; readonly call: HttpCall }
  /** Read a file; answer with `giveFile` or `failFile`. */
  | { readonly kind: "read-file"; readonly file: FileRequest }
  /** Wait; answer with `wake`. */
  | { readonly kind: "sleep"; readonly delayMs: number; readonly cause: string }
  | Ended;

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
  readonly purpose: "arc-key" | "federated-token" | "token-proxy-ca";
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

pub(crate) fn step(step: &Step) -> Object {
    match step {
        Step::Http { call, .. } => Object::of_kind("http").value("call", self::call(call)),
        Step::ReadFile { file, .. } => Object::of_kind("read-file").value("file", self::file(file)),
        // The module is built without the chain, so that nothing is ever to be run or signed.
        Step::Run { .. } => Object::of_kind("run"),
        Step::Sign { .. } => Object::of_kind("sign"),
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
