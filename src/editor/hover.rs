//! What is told of a place: what is named there, what the rule around it does under the present settings, what a key is
//! for, and what findings there mean.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::context::Context;
use super::study::Study;
use super::tell;
use crate::diagnostic::{FileId, Span};
use crate::language::lint::page;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};
use crate::value::Value;

/// What is told of a place; none where there is nothing to say.
pub(super) fn hover(study: &Study, file: FileId, offset: usize) -> Option<Hover> {
    let mut parts = Vec::new();
    let named = study.index().at(file, offset);
    parts.extend(named.and_then(|one| tell::told(study, &one.symbol)));
    if named.is_none() {
        parts.extend(key_at(study, file, offset));
    }
    parts.extend(rule_at(study, file, offset).and_then(|(pipeline, rule)| life(study, pipeline, rule)));
    let here = |span: Span| span.file == file && span.start <= offset && offset <= span.end;
    for finding in study.compiled.findings.iter().filter(|one| here(one.primary.span)) {
        let meaning = page::explain(finding.code.0).unwrap_or_default();
        parts.push(format!("```text\n{}\n```", meaning.trim_end()));
    }
    if parts.is_empty() {
        return None;
    }
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: parts.join("\n\n---\n\n") };
    let range = named.map(|one| study.range(one.span));
    Some(Hover { contents: HoverContents::Markup(contents), range })
}

/// What the key at a place is for.
fn key_at(study: &Study, file: FileId, offset: usize) -> Option<String> {
    let text = study.text(file);
    let rest = text.get(offset..)?;
    let end = offset + rest.find(['\n', ':'])?;
    let start = text.get(..end)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..end)?;
    let key = line.trim_start_matches([' ', '-']);
    // In the middle of a key nothing stands before it but the beginning of the line.
    let begins = start + (line.len() - key.len());
    if offset < begins || !text.get(end..)?.starts_with(':') {
        return None;
    }
    let context = Context::at(text, begins);
    let said = context.said_of(key)?;
    Some(format!("**{key}** · {}", said.about))
}

/// The rule whose line a place is in, and its pipeline: of rules inside lists the inner one.
pub(super) fn rule_at(study: &Study, file: FileId, offset: usize) -> Option<(&Pipeline, &FieldRule)> {
    let rules = study.compiled.understood()?;
    let here = |span: Span| span.file == file && span.start <= offset && offset <= span.end;
    rules.pipelines.values().find_map(|pipeline| Some((pipeline.as_ref(), inner(&pipeline.rules, &here)?)))
}

fn inner<'r>(rules: &'r [FieldRule], here: &dyn Fn(Span) -> bool) -> Option<&'r FieldRule> {
    rules.iter().find_map(|rule| {
        let within = match &rule.body {
            RuleBody::List(list) => inner(&list.rules, here),
            RuleBody::Value { .. } => None,
        };
        within.or_else(|| here(rule.span).then_some(rule))
    })
}

/// Whether values flow by a rule under the present settings, and why not.
fn life(study: &Study, pipeline: &Pipeline, rule: &FieldRule) -> Option<String> {
    let now = study.compiled.understood()?.switches().as_written();
    let owner = rule.owner.under(&now);
    let said = match (&owner, rule.owner.text()) {
        (Some(owner), written) if *owner == written => format!("owned by {owner}"),
        (Some(owner), written) => format!("owned by {owner}, as `{written}` says"),
        (None, written) => format!("owned as `{written}` says, which is not set in the file"),
    };
    let mut lines = vec![format!("group `{}` of pipeline `{}`, {said}", rule.group, pipeline.name)];
    let ways = Side::BOTH.into_iter().filter(|side| rule.points(*side));
    lines.extend(ways.map(|target| way(pipeline, rule, target, &now)));
    lines.extend(rule.because.iter().map(|because| format!("because {because}")));
    Some(lines.join("\n\n"))
}

fn way(pipeline: &Pipeline, rule: &FieldRule, target: Side, now: &Value) -> String {
    let (from, to) = (&pipeline.record(target.other()).system, &pipeline.record(target).system);
    let way = format!("{from} → {to}");
    if !pipeline.flows(rule, target, now) {
        let owner = rule.owner.under(now).unwrap_or_else(|| "nobody".to_owned());
        let create = if rule.on_create { ", and no create of this pipeline is live there" } else { "" };
        return format!("**{way}: muted** under the present settings: {owner} owns `{}`{create}", rule.group);
    }
    match (rule.on_create, pipeline.live_create(target, now)) {
        (true, None) => format!("**{way}: live**, where another pipeline has the record created"),
        (true, Some(_)) => format!("**{way}: live**, once: when the record is created"),
        (false, _) => format!("**{way}: live**"),
    }
}
