//! Where notices are posted to: `[webhook]`.

use std::path::PathBuf;

use serde::Deserialize;

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// `[webhook]`: where notices of banks with `send: webhook` are posted to.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// `http://…`; without it nothing is sent.
    pub url: Option<String>,
    /// A file whose first line signs what is sent.
    pub secret_file: Option<PathBuf>,
    /// So long an answer is waited for, in seconds, at most 60.
    pub deadline_s: u32,
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            url: None,
            secret_file: None,
            deadline_s: 5,
        }
    }
}

impl Webhook {
    /// What is wrong with it: the webhook speaks plain HTTP, as services do.
    #[must_use]
    pub fn fault(&self, text: &str) -> Option<Fault> {
        let plain = |url: &String| url.starts_with("http://");
        if self.url.as_ref().is_none_or(plain) {
            return None;
        }
        let start = text.find("[webhook]").unwrap_or(0);
        let span = Span { start, length: 9 };
        let fault = Fault::new(span, "`url` of the webhook does not begin with http://");
        Some(
            fault
                .help("url = \"http://127.0.0.1:9000/notices\"; put a proxy before what needs TLS"),
        )
    }
}
