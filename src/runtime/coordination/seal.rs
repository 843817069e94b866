//! Seals what only those may read who have the key: AES-256 in GCM, bound to what it is about.
//!
//! The number that is used once is made from the key and all that is sealed: the same text about the same thing is the
//! same sealed, and no two others share it. Knows no store.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

/// The variable that holds the key.
pub const TOKEN_KEY: &str = "PETIOLE_TOKEN_KEY";

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// How a sealed text begins: another way to seal begins otherwise.
const FORM: &str = "1.";

/// A key.
pub struct SealKey {
    seal: LessSafeKey,
    once: Vec<u8>,
}

impl SealKey {
    /// The key that a text is: 32 bytes in base64 or in hexadecimal.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = if text.len() == KEY_BYTES * 2 { hex::decode(text).ok() } else { STANDARD.decode(text).ok() };
        let bytes = bytes.filter(|bytes| bytes.len() == KEY_BYTES)?;
        let part = |name: &str| mac(&bytes, &[name.as_bytes()]);
        let seal = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &part("seal")?).ok()?);
        Some(Self { seal, once: part("once")? })
    }

    /// A text sealed, about something.
    pub fn seal(&self, about: &str, text: &str) -> Option<String> {
        let once = mac(&self.once, &[about.as_bytes(), text.as_bytes()])?;
        let once = once.get(..NONCE_LEN)?;
        let mut bytes = text.as_bytes().to_vec();
        let nonce = Nonce::try_assume_unique_for_key(once).ok()?;
        self.seal.seal_in_place_append_tag(nonce, Aad::from(about.as_bytes()), &mut bytes).ok()?;
        Some(format!("{FORM}{}", STANDARD.encode([once, &bytes].concat())))
    }

    /// What was sealed about it; none: by another key, about something else, or it was changed.
    pub fn open(&self, about: &str, sealed: &str) -> Option<String> {
        let bytes = STANDARD.decode(sealed.strip_prefix(FORM)?).ok()?;
        let (once, text) = bytes.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(once).ok()?;
        let opened = self.seal.open_in_place(nonce, Aad::from(about.as_bytes()), &mut text).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

/// Of several texts, so that what ends one cannot begin the next.
fn mac(key: &[u8], texts: &[&[u8]]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for text in texts {
        mac.update(&text.len().to_be_bytes());
        mac.update(text);
    }
    Some(mac.finalize().into_bytes().to_vec())
}
