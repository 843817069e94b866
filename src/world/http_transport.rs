//! The real transport: HTTP over the network, rustls with ring.
//!
//! Follows no redirects, so credentials never go where the system file did not send them.

use async_trait::async_trait;

use super::transport::{Request, Response, Transport, TransportError};

/// The largest response read, in bytes.
pub const RESPONSE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A pool of connections to any number of hosts.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// A transport with its own connection pool.
    ///
    /// # Errors
    /// The text of the TLS set-up's failure.
    pub fn new() -> Result<Self, TransportError> {
        Self::from(reqwest::Client::builder())
    }

    /// A transport that goes past every proxy: to a service on this machine, or one that is named itself.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn direct() -> Result<Self, TransportError> {
        Self::from(reqwest::Client::builder().no_proxy())
    }

    fn from(builder: reqwest::ClientBuilder) -> Result<Self, TransportError> {
        // A second installation in one process fails harmlessly: the first one stands.
        let _ = rustls::crypto::ring::default_provider().install_default();
        builder
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map(|client| Self { client })
            .map_err(|error| TransportError::Unreachable(chain(&error)))
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes())
            .map_err(|error| TransportError::Unreachable(error.to_string()))?;
        let mut builder = self.client.request(method, &request.url).timeout(request.timeout).body(request.body);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let mut answer = builder.send().await.map_err(|error| classify(&error))?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| broken_off(&error))? {
            if body.len().saturating_add(chunk.len()) > RESPONSE_BYTES_MAX {
                return Err(TransportError::TooLarge(RESPONSE_BYTES_MAX));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body })
    }
}

/// Only a failed connect proves that the peer saw nothing.
fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_connect() || error.is_builder() {
        TransportError::Unreachable(chain(error))
    } else {
        TransportError::Interrupted(chain(error))
    }
}

/// A body that does not come in time may be no shorter than it should be.
fn broken_off(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() { TransportError::Interrupted(chain(error)) } else { TransportError::BrokenOff(chain(error)) }
}

/// The innermost cause says what happened; the URL, which may hold a key, is left out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    // The number of the system's error says nothing to a person.
    text.split_once(" (os error").map_or(text.clone(), |(words, _)| words.to_owned())
}
