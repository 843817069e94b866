//! The rules by which a store was served last; where it never was, those of the rules folder.

use std::path::Path;

use crate::language;
use crate::language::plan::Plan;
use crate::language::source::{SourceFile, SourceMap};
use crate::store::{RuleText, Store};
use crate::view::explain::Rules;
use crate::world::SystemFiles;

/// Rules with their texts and generation.
pub(super) struct KeptRules {
    /// Compiled.
    pub(super) plan: Plan,
    generation: i64,
    texts: Vec<RuleText>,
}

impl KeptRules {
    /// Those of a store.
    ///
    /// # Errors
    /// A sentence, where the store cannot be read or the rules have errors.
    pub(super) async fn of(store: &dyn Store, folder: &Path) -> Result<Self, String> {
        let kept = store.last_good().await.map_err(|error| error.to_string())?;
        let Some((served, texts)) = kept else {
            let compiled = language::compile(&SystemFiles, &[folder.to_owned()]);
            let plan = compiled.plan.ok_or("the rules have errors; run `petiole lint`")?;
            return Ok(Self { plan, generation: 0, texts: Vec::new() });
        };
        let files = texts.iter().map(|text| SourceFile { name: text.name.clone(), text: text.text.clone() }).collect();
        let compiled = language::compile_texts(SourceMap::new(files));
        let plan =
            compiled.plan.ok_or("the rules that served last have errors for this version; run `petiole lint`")?;
        Ok(Self { plan, generation: served.number, texts })
    }

    /// As an explanation takes them.
    pub(super) fn rules(&self) -> Rules<'_> {
        Rules::new(&self.plan, self.generation, &self.texts)
    }
}
