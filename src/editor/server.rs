//! The loop: one message after another, in the order in which the client sent them.
//!
//! Findings are told once nothing more is to be read, so that whoever types faster than rules compile waits for one
//! compilation and not for one for each letter. A request is answered from the texts as they were when it was sent.

use std::time::Duration;

use lsp_server::{Connection, Message, Notification, RequestId};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as Noted, PublishDiagnostics,
};
use lsp_types::request::{CodeLensRefresh, ExecuteCommand, RegisterCapability, Request as Asked};
use lsp_types::{InitializeParams, RegistrationParams};
use serde_json::json;

use super::address::path_of;
use super::answer::answer;
use super::capabilities::{Client, offered, watching};
use super::session::Session;
use crate::world::Files;

/// How long the client may be silent before findings are told: long enough for what it has sent already to be read.
const SILENCE: Duration = Duration::from_millis(2);

/// How the conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// As the protocol wants it, or the client went away.
    Well,
    /// The client left without saying so first.
    Abruptly,
}

/// Talks with a client until it has enough.
///
/// # Errors
/// Says where the client does not keep to the protocol.
pub fn serve(connection: &Connection, files: &dyn Files) -> Result<Over, String> {
    let no_editor = |error: lsp_server::ProtocolError| {
        format!(
            "whoever started this is no editor, or ended before it said so ({error}); editors start it by themselves"
        )
    };
    let (id, said) = connection.initialize_start().map_err(no_editor)?;
    let said: InitializeParams = serde_json::from_value(said).map_err(|error| error.to_string())?;
    let client = Client::of(&said);
    let about = json!({
        "capabilities": offered(&client),
        "serverInfo": { "name": "petiole", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, about).map_err(|error| error.to_string())?;
    let refreshes = client.refreshes;
    let mut server = Server { connection, session: Session::new(files, client.roots, client.encoding), refreshes };
    if client.watches {
        let asked = RegistrationParams { registrations: vec![watching()] };
        server.send(lsp_server::Request::new(RequestId::from(0), RegisterCapability::METHOD.to_owned(), asked));
    }
    server.listen()
}

struct Server<'c, 'f> {
    connection: &'c Connection,
    session: Session<'f>,
    /// Whether the client asks for lenses again where it is told to.
    refreshes: bool,
}

impl Server<'_, '_> {
    fn listen(&mut self) -> Result<Over, String> {
        loop {
            let message = match self.connection.receiver.recv_timeout(SILENCE) {
                Ok(message) => message,
                Err(silent) if silent.is_timeout() => {
                    self.tell();
                    let Ok(message) = self.connection.receiver.recv() else { return Ok(Over::Abruptly) };
                    message
                }
                Err(_) => return Ok(Over::Abruptly),
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request).map_err(|error| error.to_string())? {
                        return Ok(Over::Well);
                    }
                    let is_command = request.method == ExecuteCommand::METHOD;
                    let answer = answer(&mut self.session, request);
                    self.send(answer);
                    if is_command && self.refreshes {
                        let method = CodeLensRefresh::METHOD.to_owned();
                        self.send(lsp_server::Request::new(RequestId::from(0), method, ()));
                    }
                }
                Message::Notification(noted) if noted.method == "exit" => return Ok(Over::Abruptly),
                Message::Notification(noted) => self.note(noted),
                // Nothing is asked of the client that has an answer worth knowing.
                Message::Response(_) => {}
            }
        }
    }

    /// Tells what is new of the findings.
    fn tell(&mut self) {
        for file in self.session.news() {
            self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), file));
        }
    }

    /// A client that is gone hears nothing any more; that it is gone shows when it is read from.
    fn send(&self, message: impl Into<Message>) {
        let _ = self.connection.sender.send(message.into());
    }

    fn note(&mut self, noted: Notification) {
        let session = &mut self.session;
        match noted.method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Some(said) = said::<DidOpenTextDocument>(noted) {
                    let document = said.text_document;
                    session.open(document.uri, document.version, document.text);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(said) = said::<DidChangeTextDocument>(noted) {
                    let document = said.text_document;
                    session.change((&document.uri, document.version), said.content_changes);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(said) = said::<DidCloseTextDocument>(noted) {
                    session.close(&said.text_document.uri);
                }
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => session.saved(),
            DidChangeWorkspaceFolders::METHOD => {
                if let Some(said) = said::<DidChangeWorkspaceFolders>(noted) {
                    let paths = |folders: &[lsp_types::WorkspaceFolder]| -> Vec<_> {
                        folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
                    };
                    let (added, removed) = (paths(&said.event.added), paths(&said.event.removed));
                    let stay = session.roots().iter().filter(|root| !removed.contains(root)).cloned();
                    let roots = stay.chain(added).collect();
                    session.move_to(roots);
                }
            }
            _ => {}
        }
    }
}

/// What a notification says; one that does not say what it should is as good as none.
fn said<N: Noted>(noted: Notification) -> Option<N::Params> {
    serde_json::from_value(noted.params).ok()
}
