//! The shapes in which the sources put an error.

use serde_json::json;

use super::dialect::Refusal;
use crate::answer::Answer;
use crate::random;

/// `{"error","error_description"}` of [RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2): IMDS
/// and Azure Arc.
pub(super) fn oauth(refusal: &Refusal) -> Answer {
    Answer::json(refusal.status, &json!({ "error": refusal.code, "error_description": refusal.message }))
}

/// `{"error":{"code","message","correlationId"}}`: Service Fabric, Cloud Shell and Machine Learning.
pub(super) fn nested(refusal: &Refusal) -> Answer {
    let error = json!({ "code": refusal.code, "message": refusal.message, "correlationId": random::uuid() });
    Answer::json(refusal.status, &json!({ "error": error }))
}

/// `{"statusCode","message"}`: App Service.
pub(super) fn status_and_message(refusal: &Refusal) -> Answer {
    Answer::json(refusal.status, &json!({ "statusCode": refusal.status.as_u16(), "message": refusal.message }))
}
