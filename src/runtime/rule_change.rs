//! What the last new rules do otherwise with records that are linked already: the log's sentence, and what `status`
//! shows.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

/// How many places are named at most.
const PLACES: usize = 3;

/// What the last new rules do otherwise.
#[derive(Clone, Debug)]
pub struct RuleChange {
    /// Their generation.
    pub generation: i64,
    /// Where the files say something else, the first line of each: `FILE:LINE`.
    pub places: Vec<String>,
    /// The pipelines that do otherwise.
    pub pipelines: BTreeSet<String>,
    /// Those of them that had records wait by a rule: they are looked at in any case.
    pub freed: BTreeSet<String>,
    /// How many records they link.
    pub links: usize,
    /// What the settings wish for those: `ask`, `always` or `never`.
    pub wish: String,
}

impl RuleChange {
    /// As JSON.
    pub fn to_json(&self) -> Json {
        json!({
            "generation": self.generation, "places": self.places, "pipelines": self.pipelines, "links": self.links,
            "text": self.told(),
        })
    }

    /// As a sentence.
    pub(crate) fn told(&self) -> String {
        let more = self.places.len().saturating_sub(PLACES);
        let places = self.places.iter().take(PLACES).cloned().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more files") } else { String::new() };
        let changed = format!("generation {}: {places}{more} changed", self.generation);
        let records = if self.links == 1 { "1 linked record" } else { &format!("{} linked records", self.links) };
        let freed = self.freed.iter().cloned().collect::<Vec<_>>().join(", ");
        match (self.links, self.wish.as_str()) {
            _ if !freed.is_empty() && self.wish != "always" => {
                format!("{changed}; {records} may differ; what `hold when` had wait in {freed} is looked at now")
            }
            (0, _) => format!("{changed}; no linked record may differ"),
            (_, "always") => format!("{changed}; {records} may differ; they are looked at now"),
            (_, "never") => format!("{changed}; {records} may differ"),
            _ => format!("{changed}; {records} may differ; petiole sync --full brings them"),
        }
    }
}
