//! What people can do in a simulated system, under `/_control/`, told to whoever asks.

use serde_json::{Map, Value as Json, json};

/// Something that can be done.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Method and path below `/_control/`.
    pub call: &'static str,
    /// What it does.
    pub does: &'static str,
    /// The fields of its body, each with what it means.
    pub fields: &'static [(&'static str, &'static str)],
    /// Which fields it takes beside those.
    pub also: Option<&'static str>,
}

impl Act {
    /// One that takes these fields and no others.
    pub const fn new(call: &'static str, does: &'static str, fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { call, does, fields, also: None }
    }

    /// With others beside them.
    #[must_use]
    pub const fn also(mut self, fields: &'static str) -> Self {
        self.also = Some(fields);
        self
    }

    /// The act of this name that is posted.
    pub fn posted<'a>(acts: &'a [Self], name: &str) -> Option<&'a Self> {
        acts.iter().find(|act| act.call.strip_prefix("POST ") == Some(name))
    }

    /// A field of a body that it does not take.
    pub fn stranger<'b>(&self, mut names: impl Iterator<Item = &'b str>) -> Option<&'b str> {
        names.find(|name| !self.fields.iter().any(|(known, _)| known == name) && self.also.is_none())
    }

    /// As it is told.
    pub fn to_json(self) -> Json {
        let (method, path) = self.call.split_once(' ').unwrap_or(("GET", self.call));
        let fields: Map<String, Json> =
            self.fields.iter().map(|(name, about)| ((*name).to_owned(), json!(about))).collect();
        let mut told =
            json!({ "method": method, "path": format!("/_control/{path}"), "does": self.does, "fields": fields });
        if let (Some(also), Some(told)) = (self.also, told.as_object_mut()) {
            told.insert("also".to_owned(), json!(also));
        }
        told
    }
}
