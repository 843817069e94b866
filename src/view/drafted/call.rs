//! The calls of a record: which operation of the document lists, reads, makes and changes it, and with what.

use serde_yaml::Value as Yaml;

use super::document::{Document, entries, items, word};

/// An operation at a path.
#[derive(Clone, Copy)]
pub(super) struct Call<'d> {
    pub(super) method: &'static str,
    pub(super) path: &'d str,
    /// What holds for every operation at the path.
    item: &'d Yaml,
    operation: &'d Yaml,
}

impl<'d> Call<'d> {
    /// The first of these methods that a path has.
    pub(super) fn at((path, item): (&'d str, &'d Yaml), methods: &[&'static str]) -> Option<Self> {
        let operation = |method: &&'static str| Some((*method, item.get(method.to_ascii_lowercase().as_str())?));
        let (method, operation) = methods.iter().find_map(operation)?;
        Some(Self { method, path, item, operation })
    }

    /// The parameters in the query, by name.
    pub(super) fn query(&self, document: &'d Document) -> Vec<&'d str> {
        let parameters = items(self.item.get("parameters")).chain(items(self.operation.get("parameters")));
        let parameters = parameters.map(|one| document.at(one)).filter(|one| word(one, "in") == "query");
        parameters.map(|one| word(one, "name")).filter(|name| !name.is_empty()).collect()
    }

    /// The schema of what is sent, and whether it is sent as a form.
    pub(super) fn sent(&self, document: &'d Document) -> Option<(&'d Yaml, bool)> {
        let body = self.operation.get("requestBody").map(|body| document.at(body));
        if let Some(schema) = body.and_then(|body| content(body, "json")) {
            return Some((schema, false));
        }
        if let Some(schema) = body.and_then(|body| content(body, "form")) {
            return Some((schema, true));
        }
        let parameters = items(self.operation.get("parameters")).map(|one| document.at(one));
        let body = parameters.into_iter().find(|one| word(one, "in") == "body")?;
        body.get("schema").map(|schema| (schema, false))
    }

    /// The schema of what comes back where all is well.
    pub(super) fn answered(&self, document: &'d Document) -> Option<&'d Yaml> {
        let fine = entries(self.operation.get("responses")).filter(|(status, _)| status.starts_with('2'));
        let mut fine = fine.map(|(_, answer)| document.at(answer));
        fine.find_map(|answer| content(answer, "json").or_else(|| answer.get("schema")))
    }

    /// What the document says that it is, in few words.
    pub(super) fn summary(&self) -> &'d str {
        word(self.operation, "summary").trim()
    }
}

/// The schema of a content whose type has this in its name.
fn content<'d>(holder: &'d Yaml, kind: &str) -> Option<&'d Yaml> {
    entries(holder.get("content")).find(|(name, _)| name.contains(kind))?.1.get("schema")
}
