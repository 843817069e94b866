//! Webhook signatures: HMAC-SHA256 over the raw body, compared in constant time.

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::language::plan::{Encoding, WebhookRules};

/// Why a webhook is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The header is not there.
    Missing,
    /// It is not the body's signature under the key.
    Wrong,
}

/// Verifies a webhook.
///
/// # Errors
/// [`SignatureError`] where the body must not be looked at.
pub fn verify(rules: &WebhookRules, secret: &str, header: Option<&str>, body: &[u8]) -> Result<(), SignatureError> {
    let written = header.ok_or(SignatureError::Missing)?.trim();
    let signature = match rules.encoding {
        Encoding::Hex => hex::decode(written).map_err(|_| SignatureError::Wrong)?,
        Encoding::Base64 => {
            base64::engine::general_purpose::STANDARD.decode(written).map_err(|_| SignatureError::Wrong)?
        }
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| SignatureError::Wrong)?;
    mac.update(body);
    mac.verify_slice(&signature).map_err(|_| SignatureError::Wrong)
}
