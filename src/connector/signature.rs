//! Whether a webhook was signed by who holds the account's secret.
//!
//! HMAC-SHA256 over the exact bytes that arrived, compared in constant time. Knows nothing of
//! what the bytes say.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::language::plan::{Encoding, WebhookRules};

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// It carries no signature.
    Missing,
    /// Its signature is not the one these bytes have, or the account has no secret to check it with.
    Wrong,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "the message carries no signature",
            Self::Wrong => "the signature does not fit the message and the account's webhook secret",
        })
    }
}

impl std::error::Error for SignatureError {}

/// Checks the signature over the raw body. `header` looks a header up by name, whatever its case.
///
/// # Errors
/// [`SignatureError`]; an empty secret verifies nothing.
pub fn verify<'a>(
    rules: &WebhookRules,
    secret: &str,
    header: impl Fn(&str) -> Option<&'a str>,
    body: &[u8],
) -> Result<(), SignatureError> {
    let written = header(&rules.header).map(str::trim).filter(|text| !text.is_empty());
    let written = written.ok_or(SignatureError::Missing)?;
    if secret.is_empty() {
        return Err(SignatureError::Wrong);
    }
    let claimed = match rules.encoding {
        Encoding::Hex => hex::decode(written).map_err(|_| SignatureError::Wrong)?,
        Encoding::Base64 => STANDARD.decode(written).map_err(|_| SignatureError::Wrong)?,
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| SignatureError::Wrong)?;
    mac.update(body);
    mac.verify_slice(&claimed).map_err(|_| SignatureError::Wrong)
}
