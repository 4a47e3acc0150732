//! Plain objects of JavaScript, made one property after the other.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// An object without properties.
    pub type Object;

    #[wasm_bindgen(constructor)]
    fn new() -> Object;
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_text(this: &Object, name: &str, value: &str);
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_number(this: &Object, name: &str, value: f64);
    #[cfg(feature = "chain")]
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_bytes(this: &Object, name: &str, value: &[u8]);
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_value(this: &Object, name: &str, value: &JsValue);
}

impl Object {
    /// An object of a tagged union.
    pub(crate) fn of_kind(kind: &str) -> Self {
        Self::new().text("kind", kind)
    }

    /// An object without properties.
    pub(crate) fn empty() -> Self {
        Self::new()
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.set_text(name, value);
        self
    }

    /// The same with one property more, unless there is no value for it.
    pub(crate) fn optional_text(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(crate) fn number(self, name: &str, value: f64) -> Self {
        self.set_number(name, value);
        self
    }

    /// The same with one property more, unless there is no value for it.
    pub(crate) fn optional_number(self, name: &str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    /// The same with bytes that are shown where they are, without a copy that nobody would wipe: to be read at once.
    #[cfg(feature = "chain")]
    pub(crate) fn bytes(self, name: &str, value: &[u8]) -> Self {
        self.set_bytes(name, value);
        self
    }

    pub(crate) fn value(self, name: &str, value: impl Into<JsValue>) -> Self {
        self.set_value(name, &value.into());
        self
    }
}
