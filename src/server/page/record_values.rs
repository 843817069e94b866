//! What both records of a pair hold, by group of fields: each value, the write that made it so, and what its rule came
//! to when it was last decided. The state comes first and in full, for it is what people ask about.

use maud::{Markup, html};
use serde_json::Value as Json;

use super::frame::Visit;
use super::parts::{record, rule, shown, time, value};
use crate::view::explain::text::USUAL;
use crate::view::told::{self, list, word};

/// The values of a pair.
pub(super) fn pair_values(told: &Json, pair: &Json, visit: &Visit) -> Markup {
    let fields: Vec<&Json> = list(pair, "fields").collect();
    let mut groups: Vec<&str> = fields.iter().map(|field| word(field, "/group")).collect();
    groups.dedup();
    let is_state =
        |group: &str| fields.iter().any(|field| word(field, "/group") == group && is_state(told, pair, field));
    groups.sort_by_key(|group| !is_state(group));
    let (left, right) = (name_of(pair, "left"), name_of(pair, "right"));
    html! {
        @if !fields.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Values on both sides" {
                table.values {
                    thead { tr { th scope="col" { (left) } th scope="col" { (right) } th scope="col" { "Why" } } }
                    @for group in groups {
                        @let own: Vec<&&Json> = fields.iter().filter(|field| word(field, "/group") == group).collect();
                        tbody {
                            tr { th colspan="3" scope="rowgroup" {
                                (shown(group)) " "
                                @match own.first().map(|field| word(field, "/owner")).unwrap_or_default() {
                                    "" => {}
                                    "both" => span.owner { "both own it" },
                                    owner => span.owner { (owner) " owns it" },
                                }
                            } }
                            @for field in own { (row(field, visit, is_state(group))) }
                        }
                    }
                }
            }
            @if let Some(again) = pair.get("again").filter(|again| again.is_object()) {
                p.dim {
                    "What rules came to is as last decided " (time(word(again, "/at"), visit.now))
                    @if again.get("same_rules") != Some(&Json::Bool(true)) { ", by the rules of now" }
                    "." @if !word(again, "/not").is_empty() { " " (shown(word(again, "/not"))) "." }
                }
            }
        }
    }
}

fn name_of(pair: &Json, side: &str) -> Markup {
    let end = word(pair, &format!("/{side}"));
    html! { @if end.is_empty() { "nothing yet" } @else { (record(end)) } }
}

fn is_state(told: &Json, pair: &Json, field: &Json) -> bool {
    let own = word(field, &format!("/{}/field", word(pair, "/side")));
    own.split_once('.').is_some_and(|(_, name)| name == word(told, "/state_field"))
}

fn row(field: &Json, visit: &Visit, open: bool) -> Markup {
    html! {
        tr {
            td { (side(field, "left", visit)) }
            td { (side(field, "right", visit)) }
            td {
                (rule(field.get("rule").unwrap_or(&Json::Null)))
                @if !word(field, "/because").is_empty() { p.dim { "because " (shown(word(field, "/because"))) } }
                (came(field))
                (written(field, visit, open))
            }
        }
    }
}

fn side(field: &Json, name: &str, visit: &Visit) -> Markup {
    let side = field.get(name).unwrap_or(&Json::Null);
    let label = word(side, "/field");
    let known = side.get("known") == Some(&Json::Bool(true));
    let at = word(side, "/written/at");
    html! {
        @let (system, field) = label.split_once('.').unwrap_or(("", label));
        @if !label.is_empty() { div.dim { span.narrow-only { (shown(system)) "." } (shown(field)) } }
        @if known { (value(side.get("value").unwrap_or(&Json::Null))) }
        @else if !label.is_empty() { span.none { "not kept" } }
        @if !at.is_empty() { div.dim { "written " (time(at, visit.now)) } }
    }
}

/// What the rule came to, and what kept it silent.
fn came(field: &Json) -> Markup {
    html! {
        @for came in list(field, "came") {
            div.dim[USUAL.contains(&word(came, "/came"))] {
                @if !word(came, "/about").is_empty() { (shown(word(came, "/about"))) ": " }
                (shown(word(came, "/text")))
                @if let Some(row) = came.get("row").filter(|row| row.is_object()) { " " (rule(row)) }
            }
        }
    }
}

/// The writes that made the values what they are: what told of the change, when, by which lines of which generation.
fn written(field: &Json, visit: &Visit, open: bool) -> Markup {
    let sides = ["left", "right"].into_iter().filter_map(|name| field.get(name));
    let written: Vec<(&Json, &Json)> =
        sides.filter_map(|side| Some((side, side.get("written").filter(|written| written.is_object())?))).collect();
    html! {
        @if !written.is_empty() {
            details open[open] {
                summary { "The write" }
                @for (side, write) in written { (one_write((side, write), visit)) }
            }
        }
    }
}

fn one_write((side, write): (&Json, &Json), visit: &Visit) -> Markup {
    let before = write.get("before").filter(|before| !before.is_null());
    let told_of = write.get("told").filter(|told| told.is_object());
    html! {
        div {
            (shown(word(side, "/field"))) " "
            (if word(write, "/action") == "created" { "was created with " } else { "was written " })
            (value(write.get("value").unwrap_or(&Json::Null)))
            @if let Some(before) = before { ", in the place of " span.old { (value(before)) } }
            " " (time(word(write, "/at"), visit.now))
            @if write.get("generation").is_some_and(Json::is_number) {
                ", by generation " (told::count(write, "/generation"))
            }
        }
        @for line in list(write, "lines") { div { (rule(line)) } }
        @match told_of {
            Some(told_of) => div.dim {
                "because of " (record(word(told_of, "/record"))) ": " (shown(word(told_of, "/text")))
                @if !word(told_of, "/at").is_empty() { " " (time(word(told_of, "/at"), visit.now)) }
            },
            None => div.dim { "the decision that led to it is not kept any more" },
        }
    }
}
