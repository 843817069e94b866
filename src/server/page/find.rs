//! `/find`: the records that a text leads to; straight to the record where it is one.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::html;
use serde_json::Value as Json;

use super::frame::{self, Place, Visit};
use super::parts::{command, record, record_path, shown};
use crate::runtime::meant::{Unmeant, meant};
use crate::server::query;
use crate::server::shared::Shared;
use crate::view::find::find;
use crate::view::told::{list, word};

pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = query::pairs(&query.unwrap_or_default());
    let text = asked.get("text").map(|text| text.trim()).unwrap_or_default();
    if text.is_empty() {
        return frame::moved_to("/");
    }
    let live = shared.runtime.live.load_full();
    let store = shared.runtime.store.as_ref();
    match meant(&live.plan, store, text).await {
        Ok(target) => return frame::moved_to(&record_path(&target.to_string())),
        Err(Unmeant::Store(error)) => return frame::store_failed(&error),
        Err(Unmeant::Nobody(_) | Unmeant::Several(_)) => {}
    }
    let found = match find(store, &live.plan, text).await {
        Ok(found) => found,
        Err(error) => return frame::store_failed(&error),
    };
    let rows: Vec<&Json> = list(&found, "found").collect();
    let near: Vec<&str> = list(&found, "near").filter_map(Json::as_str).collect();
    let body = html! {
        section.card {
            h1 { "Records called " (shown(text)) }
            @if rows.is_empty() {
                p { "Nobody is called so." }
                @if !near.is_empty() {
                    p { "Near: " @for (at, one) in near.iter().enumerate() { @if at > 0 { ", " } (shown(one)) } }
                }
            } @else {
                table {
                    thead { tr {
                        th scope="col" { "Record" } th scope="col" { "Found by" } th scope="col" { "Counterpart" }
                    } }
                    tbody { @for row in rows {
                        tr {
                            td { (record(word(row, "/record"))) }
                            td { (shown(word(row, "/field"))) " " (shown(word(row, "/text"))) }
                            td {
                                @for other in list(row, "counterparts").filter_map(Json::as_str) { (record(other)) " " }
                            }
                        }
                    } }
                }
            }
            (command(&format!("petiole find {text:?}")))
        }
    };
    frame::page(&shared, &visit, ("Find", Place::Elsewhere), body).await
}
