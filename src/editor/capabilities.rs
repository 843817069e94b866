//! What the server can do, and what the client said that it can.

use std::path::PathBuf;

use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams, OneOf, Registration,
    SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::address::path_of;
use super::encoding::Encoding;

/// What rule files are called, for whoever watches them.
const WATCHED: &str = "**/*.{yaml,yml,rhai}";

/// What a client said of itself.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// How columns are counted.
    pub(super) encoding: Encoding,
    /// Whether it watches files where it is asked to.
    pub(super) watches: bool,
    /// The folders of its workspace.
    pub(super) roots: Vec<PathBuf>,
}

impl Client {
    /// What its first message says.
    pub(super) fn of(said: &InitializeParams) -> Self {
        let general = said.capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.clone()).unwrap_or_default();
        let workspace = said.capabilities.workspace.as_ref();
        let watches = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let folders = said.workspace_folders.iter().flatten().filter_map(|folder| path_of(&folder.uri));
        let mut roots: Vec<PathBuf> = folders.collect();
        #[allow(deprecated, reason = "clients from before workspace folders say only this")]
        if roots.is_empty() {
            roots.extend(said.root_uri.as_ref().and_then(path_of));
        }
        let watches = watches.and_then(|watches| watches.dynamic_registration).unwrap_or(false);
        Self { encoding: Encoding::agreed(&offered), watches, roots }
    }
}

/// What the server can do.
pub(super) fn offered(client: &Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

/// What the client is asked to watch.
pub(super) fn watching() -> Registration {
    let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
    Registration {
        id: "rule-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}
