//! Who may use `/api`: what the environment and the command line say of it. How a request is judged by it is the
//! guard's.

use std::sync::Arc;

/// Who may use `/api`.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// The token that administration wants, if one is set.
    pub token: Option<Arc<str>>,
    /// Names under which the service may be asked for, beside addresses and `localhost`.
    pub allowed_hosts: Vec<String>,
}

impl Admission {
    /// With what the environment and the command line say; an empty token is none.
    pub fn new(token: Option<String>, allowed_hosts: Vec<String>) -> Self {
        Self { token: token.filter(|token| !token.is_empty()).map(Into::into), allowed_hosts }
    }
}
