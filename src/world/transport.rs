//! One request in, one response out.
//!
//! Owns the shapes that connector, server shells and simulators share for HTTP messages.
//! Knows nothing of JSON, retries or who is at the other end.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

/// HTTP methods that system files may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or acts.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method's name in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method of this name, in capitals.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete].into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// An HTTP request. To a simulator `url` is path and query only; to a transport it is absolute.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Header names and values; names compare without regard to case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; empty for none.
    pub body: Vec<u8>,
    /// How long the whole exchange may take.
    pub timeout: Duration,
}

impl Request {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

/// An HTTP response, read whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Why no whole response came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// No connection was made, so the peer cannot have acted. The text says why.
    Unreachable(String),
    /// The peer is a file or folder that cannot be used, and nothing was done to it. The text says why.
    Unusable(String),
    /// The request may have reached the peer and may have been acted upon. The text says what broke.
    Interrupted(String),
    /// The response began and ended too early. The text says how.
    BrokenOff(String),
    /// The response was larger than the limit, in bytes.
    TooLarge(usize),
}

impl fmt::Display for TransportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(out, "could not connect: {why}"),
            Self::Unusable(why) => out.write_str(why),
            Self::Interrupted(why) => write!(out, "the answer was lost: {why}"),
            Self::BrokenOff(why) => write!(out, "the answer broke off: {why}"),
            Self::TooLarge(limit) => write!(out, "the answer is larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for TransportError {}

/// Sends requests.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request and reads the whole response.
    ///
    /// # Errors
    /// [`TransportError`] where no whole response came; a response of any status is no error.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;

    /// Whether peers behind it show records whole; those of a rule test hold only what the test says.
    fn peers_are_whole(&self) -> bool {
        true
    }
}
