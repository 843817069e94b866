//! How bytes are signed with a secret that both sides have: of requests that go out, and of webhooks that come in.

use crate::language::syntax::template::Template;

/// By what a signature is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-1.
    HmacSha1,
    /// HMAC with SHA-256.
    #[default]
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
}

/// How signature bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Base64 with padding.
    Base64,
}

/// How an instant is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeForm {
    /// Seconds since 1970.
    #[default]
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// A day and a time, in UTC.
    Timestamp,
}

/// How requests are signed.
#[derive(Clone, Debug)]
pub struct SignRules {
    /// The header of the signature; `signature` is the hole for it.
    pub header: (String, Template),
    /// By what.
    pub algorithm: Algorithm,
    /// How it is written.
    pub encoding: Encoding,
    /// The account's secret.
    pub secret: String,
    /// What is signed.
    pub over: Template,
    /// What is sent with it.
    pub headers: Vec<(String, Template)>,
    /// How `time` is written.
    pub time: TimeForm,
}

impl Algorithm {
    /// As system files name them.
    pub const NAMES: [&str; 3] = ["hmac-sha256", "hmac-sha1", "hmac-sha512"];

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "hmac-sha1" => Some(Self::HmacSha1),
            "hmac-sha256" => Some(Self::HmacSha256),
            "hmac-sha512" => Some(Self::HmacSha512),
            _ => None,
        }
    }

    /// How many bytes a signature has.
    pub fn bytes(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha512 => 64,
        }
    }
}
