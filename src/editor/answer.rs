//! Requests and what answers each: one line for each method.
//!
//! A question about a file that is in no rule set has no answer, which is no fault.

use std::str::FromStr as _;

use lsp_server::{ErrorCode, Request, Response};
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, Completion, DocumentHighlightRequest, DocumentSymbolRequest, ExecuteCommand,
    GotoDefinition, HoverRequest, PrepareRenameRequest, References, Rename, Request as Asked,
    SemanticTokensFullRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    CompletionResponse, DocumentSymbolResponse, ExecuteCommandParams, GotoDefinitionResponse, Position,
    PrepareRenameResponse, SemanticTokens, SemanticTokensResult, TextDocumentPositionParams, Uri,
    WorkspaceSymbolResponse,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::address::path_of;
use super::lens::RUN_TEST;
use super::session::Session;
use super::study::Study;
use super::{completion, fixes, hover, lens, lookup, rename, symbols, tokens};
use crate::diagnostic::FileId;

/// What is said of a file that belongs to no rule set.
const NO_RULES: &str = "this file belongs to no rule set";

/// The answer to a request.
pub(super) fn answer(session: &mut Session<'_>, request: Request) -> Response {
    match request.method.as_str() {
        Completion::METHOD => on::<Completion>(request, |asked| {
            at(session, &asked.text_document_position, completion::complete).map(CompletionResponse::Array)
        }),
        CodeActionRequest::METHOD => on::<CodeActionRequest>(request, |asked| {
            let (study, file) = session.study(&path_of(&asked.text_document.uri)?)?;
            Some(fixes::fixes(&study, (file, asked.range), session.documents()))
        }),
        CodeLensRequest::METHOD => on::<CodeLensRequest>(request, |asked| {
            let path = path_of(&asked.text_document.uri)?;
            let (study, file) = session.study(&path)?;
            Some(lens::lenses(&study, (file, &path), &session.results))
        }),
        ExecuteCommand::METHOD => tried::<ExecuteCommand>(request, |asked| run(session, &asked)),
        PrepareRenameRequest::METHOD => tried::<PrepareRenameRequest>(request, |asked| {
            let prepared = at(session, &asked, |study, file, offset| Some(rename::prepare(study, file, offset)));
            let (range, placeholder) = prepared.ok_or(NO_RULES)??;
            Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
        }),
        Rename::METHOD => tried::<Rename>(request, |asked| {
            let place = asked.text_document_position;
            let (study, file) =
                path_of(&place.text_document.uri).and_then(|path| session.study(&path)).ok_or(NO_RULES)?;
            let edits = rename::rename(&study, (file, study.offset(file, place.position)), &asked.new_name)?;
            Ok(Some(rename::written(&study, &edits, session.documents())))
        }),
        SemanticTokensFullRequest::METHOD => on::<SemanticTokensFullRequest>(request, |asked| {
            of(session, &asked.text_document.uri, |study, file| {
                let data = tokens::tokens(study, file);
                Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data }))
            })
        }),
        HoverRequest::METHOD => {
            on::<HoverRequest>(request, |asked| at(session, &asked.text_document_position_params, hover::hover))
        }
        GotoDefinition::METHOD => on::<GotoDefinition>(request, |asked| {
            at(session, &asked.text_document_position_params, lookup::definition).map(GotoDefinitionResponse::Scalar)
        }),
        References::METHOD => on::<References>(request, |asked| {
            let whole = asked.context.include_declaration;
            at(session, &asked.text_document_position, |study, file, offset| {
                Some(lookup::references(study, (file, offset), whole))
            })
        }),
        DocumentHighlightRequest::METHOD => on::<DocumentHighlightRequest>(request, |asked| {
            at(session, &asked.text_document_position_params, |study, file, offset| {
                Some(lookup::highlights(study, file, offset))
            })
        }),
        DocumentSymbolRequest::METHOD => on::<DocumentSymbolRequest>(request, |asked| {
            of(session, &asked.text_document.uri, |study, file| {
                Some(DocumentSymbolResponse::Nested(symbols::outline(study, file)))
            })
        }),
        WorkspaceSymbolRequest::METHOD => on::<WorkspaceSymbolRequest>(request, |asked| {
            let studies = session.studies();
            let found = studies.iter().flat_map(|study| symbols::everything(study, &asked.query)).collect();
            Some(WorkspaceSymbolResponse::Flat(found))
        }),
        unknown => {
            let message = format!("petiole does not know `{unknown}`");
            Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message)
        }
    }
}

/// Answers a request whose parameters say what they should.
fn on<R: Asked>(request: Request, answer: impl FnOnce(R::Params) -> R::Result) -> Response
where
    R::Params: DeserializeOwned,
    R::Result: Serialize,
{
    match serde_json::from_value(request.params) {
        Ok(params) => Response::new_ok(request.id, answer(params)),
        Err(error) => Response::new_err(request.id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

/// The same where there may be a reason for no answer, which people read.
fn tried<R: Asked>(request: Request, answer: impl FnOnce(R::Params) -> Result<R::Result, String>) -> Response
where
    R::Params: DeserializeOwned,
    R::Result: Serialize,
{
    match serde_json::from_value(request.params) {
        Ok(params) => match answer(params) {
            Ok(answer) => Response::new_ok(request.id, answer),
            Err(why) => Response::new_err(request.id, ErrorCode::RequestFailed as i32, why),
        },
        Err(error) => Response::new_err(request.id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

/// Runs a command: there is one, which runs a test.
fn run(session: &mut Session<'_>, asked: &ExecuteCommandParams) -> Result<Option<Json>, String> {
    let [address, name] = asked.arguments.as_slice() else {
        return Err(format!("`{}` takes the address of a file and the name of a test", asked.command));
    };
    let path = address.as_str().and_then(|address| path_of(&Uri::from_str(address).ok()?));
    let (Some(path), Some(name), RUN_TEST) = (path, name.as_str(), asked.command.as_str()) else {
        return Err(format!("`{}` is no command, or not of this file", asked.command));
    };
    let (study, file) = session.study(&path).ok_or(NO_RULES)?;
    lens::run(&study, (file, &path), name, &mut session.results).map(Some)
}

/// Asks about a file.
fn of<T>(session: &mut Session<'_>, address: &Uri, ask: impl FnOnce(&Study, FileId) -> Option<T>) -> Option<T> {
    let (study, file) = session.study(&path_of(address)?)?;
    ask(&study, file)
}

/// Asks about a place of a file.
fn at<T>(
    session: &mut Session<'_>,
    asked: &TextDocumentPositionParams,
    ask: impl FnOnce(&Study, FileId, usize) -> Option<T>,
) -> Option<T> {
    let position: Position = asked.position;
    of(session, &asked.text_document.uri, |study, file| ask(study, file, study.offset(file, position)))
}
