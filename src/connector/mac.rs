//! What a secret makes of bytes, and whether a signature is that. Compared in a time that tells nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256, HMAC_SHA512, Key, sign, verify};

use crate::language::plan::{Algorithm, Encoding};

/// The signature of these bytes.
pub(super) fn of(algorithm: Algorithm, secret: &[u8], bytes: &[u8]) -> Vec<u8> {
    sign(&key(algorithm, secret), bytes).as_ref().to_vec()
}

/// Whether it is the signature of these bytes.
pub(super) fn is_of(algorithm: Algorithm, secret: &[u8], (bytes, signature): (&[u8], &[u8])) -> bool {
    verify(&key(algorithm, secret), bytes, signature).is_ok()
}

/// A signature as a text.
pub(super) fn written(encoding: Encoding, signature: &[u8]) -> String {
    match encoding {
        Encoding::Hex => hex::encode(signature),
        Encoding::Base64 => STANDARD.encode(signature),
    }
}

/// The signature that a text is.
pub(super) fn read(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => hex::decode(text).ok(),
        Encoding::Base64 => STANDARD.decode(text).ok(),
    }
}

fn key(algorithm: Algorithm, secret: &[u8]) -> Key {
    let algorithm = match algorithm {
        Algorithm::HmacSha1 => HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::HmacSha256 => HMAC_SHA256,
        Algorithm::HmacSha512 => HMAC_SHA512,
    };
    Key::new(algorithm, secret)
}
