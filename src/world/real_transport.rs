//! The transport of a service: over the network, or into a folder where an address says so.

use std::sync::Arc;

use async_trait::async_trait;

use super::files::Files;
use super::folder_transport::FolderTransport;
use super::http_transport::HttpTransport;
use super::table_place::TablePlace;
use super::transport::{Request, Response, Transport, TransportError};

/// Sends each request to where its address leads.
pub(super) struct RealTransport {
    http: HttpTransport,
    folder: FolderTransport,
}

impl RealTransport {
    /// A transport with its own connection pool, over these files.
    ///
    /// # Errors
    /// As [`HttpTransport::new`].
    pub(super) fn new(files: Arc<dyn Files>) -> Result<Self, TransportError> {
        Ok(Self { http: HttpTransport::new()?, folder: FolderTransport::new(files) })
    }
}

#[async_trait]
impl Transport for RealTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if TablePlace::is_folder(&request.url) {
            self.folder.send(request).await
        } else {
            self.http.send(request).await
        }
    }
}
