//! `petiole lsp`: the language server, on standard input and output.

use clap::Args;
use lsp_server::Connection;

use super::exit_code;
use crate::editor::{self, Over};
use crate::world::SystemFiles;

/// Arguments of `lsp`.
#[derive(Debug, Args)]
pub struct LspArguments {
    /// Taken from editors that say so always: there is no other way.
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// Serves one editor until it has enough.
pub(super) fn lsp() -> u8 {
    let (connection, threads) = Connection::stdio();
    let over = editor::serve(&connection, &SystemFiles);
    drop(connection);
    match over {
        Ok(Over::Well) => {
            // What was said last is still to be written.
            let _ = threads.join();
            exit_code::OK
        }
        Ok(Over::Abruptly) => exit_code::FAILED,
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::FAILED
        }
    }
}
