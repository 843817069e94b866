//! An OpenAPI document as a tree: 2.0, 3.0 or 3.1, in YAML or JSON. Follows its references; knows nothing of records.

use serde_yaml::{Mapping, Value as Yaml};

/// References that lead to references, at most.
const HOPS_MAX: usize = 16;

/// How deep schemas are put together from others.
const DEPTH_MAX: usize = 8;

/// How deep a document may be nested.
const NESTED_MAX: usize = 128;

/// A document.
pub(super) struct Document(Yaml);

/// A field as a schema has it.
pub(super) struct Property<'d> {
    pub(super) name: &'d str,
    pub(super) schema: &'d Yaml,
    pub(super) required: bool,
}

impl Document {
    /// Reads a document.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let yaml: Yaml = serde_yaml::from_str(text).map_err(|error| format!("this is no OpenAPI document: {error}"))?;
        let root = with_texts_for_keys(&yaml, 0).ok_or("this is no OpenAPI document: it is nested too deep")?;
        let version = root.get("openapi").or_else(|| root.get("swagger")).cloned().unwrap_or_default();
        // Without quotes `2.0` is a number.
        let version = serde_yaml::to_string(&version).unwrap_or_default();
        let version = version.trim_start_matches(['\'', '"']);
        let is_known = ["2.", "3.0", "3.1"].iter().any(|known| version.starts_with(known));
        if !is_known || !root.get("paths").is_some_and(Yaml::is_mapping) {
            return Err("this is no OpenAPI document: it wants `openapi: 3.0` or `3.1` (or `swagger: \"2.0\"`) and \
                        `paths:`"
                .to_owned());
        }
        Ok(Self(root))
    }

    pub(super) fn root(&self) -> &Yaml {
        &self.0
    }

    pub(super) fn title(&self) -> &str {
        pointed(&self.0, "/info/title").and_then(Yaml::as_str).unwrap_or_default()
    }

    pub(super) fn version(&self) -> &str {
        pointed(&self.0, "/info/version").and_then(Yaml::as_str).unwrap_or_default()
    }

    /// Where the system is, where the document says so.
    pub(super) fn address(&self) -> Option<String> {
        if let Some(url) = pointed(&self.0, "/servers/0/url").and_then(Yaml::as_str) {
            return Some(url.trim_end_matches('/').to_owned());
        }
        let host = self.0.get("host").and_then(Yaml::as_str)?;
        let base = self.0.get("basePath").and_then(Yaml::as_str).unwrap_or_default();
        Some(format!("https://{host}{}", base.trim_end_matches('/')))
    }

    /// The paths with what can be done at them.
    pub(super) fn paths(&self) -> Vec<(&str, &Yaml)> {
        entries(self.0.get("paths")).map(|(path, item)| (path, self.at(item))).collect()
    }

    /// What a node is, behind whatever references.
    pub(super) fn at<'d>(&'d self, node: &'d Yaml) -> &'d Yaml {
        let mut at = node;
        for _ in 0..HOPS_MAX {
            let Some(pointer) = at.get("$ref").and_then(Yaml::as_str).and_then(|to| to.strip_prefix('#')) else {
                return at;
            };
            let Some(found) = pointed(&self.0, pointer) else { return at };
            at = found;
        }
        at
    }

    /// A schema behind references and choices of which one is meant.
    pub(super) fn schema<'d>(&'d self, node: &'d Yaml) -> &'d Yaml {
        let mut schema = self.at(node);
        for _ in 0..DEPTH_MAX {
            let choices = ["oneOf", "anyOf", "allOf"].iter().find_map(|word| schema.get(*word));
            let mut real = items(choices).map(|one| self.at(one)).filter(|one| word(one, "type") != "null");
            let (Some(only), None) = (real.next(), real.next()) else { return schema };
            if schema.get("properties").is_some() {
                return schema;
            }
            schema = only;
        }
        schema
    }

    /// The fields of a schema, in the order in which the document has them.
    pub(super) fn properties<'d>(&'d self, node: &'d Yaml) -> Vec<Property<'d>> {
        let mut found = Vec::new();
        self.collect(node, 0, &mut found);
        found
    }

    fn collect<'d>(&'d self, node: &'d Yaml, depth: usize, found: &mut Vec<Property<'d>>) {
        let schema = self.schema(node);
        if depth >= DEPTH_MAX {
            return;
        }
        for part in items(schema.get("allOf")) {
            self.collect(part, depth + 1, found);
        }
        let required: Vec<&str> = items(schema.get("required")).filter_map(Yaml::as_str).collect();
        for (name, schema) in entries(schema.get("properties")) {
            let required = required.contains(&name);
            match found.iter_mut().find(|known| known.name == name) {
                Some(known) => known.required |= required,
                None => found.push(Property { name, schema, required }),
            }
        }
        for known in found.iter_mut().filter(|known| required.contains(&known.name)) {
            known.required = true;
        }
    }
}

/// A tree whose keys are texts, as they are in JSON: YAML reads a status such as `200` as a number.
fn with_texts_for_keys(yaml: &Yaml, depth: usize) -> Option<Yaml> {
    if depth > NESTED_MAX {
        return None;
    }
    let below = |node: &Yaml| with_texts_for_keys(node, depth + 1);
    Some(match yaml {
        Yaml::Sequence(items) => Yaml::Sequence(items.iter().map(below).collect::<Option<_>>()?),
        Yaml::Mapping(fields) => {
            let key = |key: &Yaml| match key {
                Yaml::String(text) => text.clone(),
                other => serde_yaml::to_string(other).unwrap_or_default().trim().to_owned(),
            };
            let pairs = fields.iter().map(|(name, value)| Some((Yaml::String(key(name)), below(value)?)));
            Yaml::Mapping(pairs.collect::<Option<Mapping>>()?)
        }
        Yaml::Tagged(tagged) => below(&tagged.value)?,
        other => other.clone(),
    })
}

/// What a pointer such as `/info/title` leads to.
pub(super) fn pointed<'y>(root: &'y Yaml, pointer: &str) -> Option<&'y Yaml> {
    let mut at = root;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}");
        at = match at {
            Yaml::Sequence(items) => items.get(step.parse::<usize>().ok()?)?,
            other => other.get(step.as_str())?,
        };
    }
    Some(at)
}

/// The entries of a map.
pub(super) fn entries(node: Option<&Yaml>) -> impl Iterator<Item = (&str, &Yaml)> {
    let fields = node.and_then(Yaml::as_mapping).into_iter().flatten();
    fields.filter_map(|(name, value)| Some((name.as_str()?, value)))
}

/// The items of a list.
pub(super) fn items(node: Option<&Yaml>) -> impl Iterator<Item = &Yaml> {
    node.and_then(Yaml::as_sequence).into_iter().flatten()
}

/// A text of a map; nothing where it is none.
pub(super) fn word<'y>(node: &'y Yaml, key: &str) -> &'y str {
    node.get(key).and_then(Yaml::as_str).unwrap_or_default()
}
