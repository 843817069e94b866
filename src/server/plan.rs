//! `POST /api/v1/plan`: what a sweep would do, under the rules that serve or others.
//!
//! Others come as texts. They may say otherwise what follows what, and nothing about where this service speaks to, or
//! what it takes from its environment: whoever may ask for a plan may not see by it what is kept secret here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Body, json};

use super::answers::{fail, store_failed};
use super::shared::Shared;
use crate::language::plan::{Account, Plan, Setting};
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::file::FileTree;
use crate::language::syntax::parse;
use crate::language::{Compilation, compile_texts};
use crate::runtime::service::carry_out::{NotCarriedOut, carry_out};
use crate::runtime::service::plan::{Ground, PlanError, Rules, Wish, content_of, plan};
use crate::runtime::{Live, ReloadError};
use crate::store::RuleText;

/// The largest body that asks for a plan, or to carry one out, in bytes.
pub(super) const PLAN_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The longest that a plan waits for put-off work before it counts as untold.
const PATIENCE_MAX: Duration = Duration::from_mins(10);

/// Settings by dotted name.
type Settings = BTreeMap<String, Setting>;

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PlanAsked {
    /// Everything, and not only what changed since the last look.
    full: bool,
    /// Only this record with its counterparts.
    only: Option<String>,
    /// How long put-off work is waited for, in seconds; at most [`PATIENCE_MAX`].
    wait: u64,
    /// Other rules than those that serve.
    rules: Option<Vec<Text>>,
    /// Whether the plan is wanted as text beside, under `text`, and whether in colour.
    text: bool,
    color: bool,
}

/// A rule file.
#[derive(serde::Deserialize)]
pub(super) struct Text {
    name: String,
    text: String,
}

pub(super) async fn make(State(shared): State<Shared>, body: Bytes) -> Response {
    let asked = match body.as_ref() {
        [] => Ok(PlanAsked::default()),
        body => serde_json::from_slice::<PlanAsked>(body),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => {
            return fail(StatusCode::BAD_REQUEST, &format!("the body is not as in {{\"full\":true}}: {error}"));
        }
    };
    match made(&shared, asked).await {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => refusal,
    }
}

async fn made(shared: &Shared, asked: PlanAsked) -> Result<Body, Response> {
    let (ground, rules) = match asked.rules {
        None => as_served(shared).await.map_err(|(status, why)| fail(status, &why))?,
        Some(texts) => {
            let ground = ground(shared);
            let before = shared.runtime.live.load_full();
            let compiled = compiled_here(shared, texts, true).await?;
            let rules = ground.candidate(compiled, Some(&before)).await.map_err(refused)?;
            (ground, rules)
        }
    };
    let wish = Wish { full: asked.full, only: asked.only, patience: Duration::from_secs(asked.wait).min(PATIENCE_MAX) };
    let planned = plan(&ground, rules, &wish, |_| ()).await.map_err(refused)?;
    let mut body = planned.to_json();
    if let Some(body) = body.as_object_mut().filter(|_| asked.text) {
        body.insert("text".to_owned(), planned.to_text(asked.color).into());
    }
    Ok(body)
}

fn ground(shared: &Shared) -> Ground {
    Ground { store: Arc::clone(&shared.runtime.store), world: shared.runtime.world.clone() }
}

/// What a plan by the rules that serve is made from; else the status that says why there is none, and a sentence.
pub(super) async fn as_served(shared: &Shared) -> Result<(Ground, Rules), (StatusCode, String)> {
    let runtime = &shared.runtime;
    let before = runtime.live.load_full();
    let live = Live::new(before.generation, Arc::clone(&before.plan), &runtime.world, Some(&before));
    let live = live.map_err(|wrong| {
        let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        let why = format!("the environment does not fit the rules that serve any more: {}", wrong.join("; "));
        (StatusCode::BAD_GATEWAY, why)
    })?;
    let content = content_of(runtime.store.as_ref()).await;
    let content = content.map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    Ok((ground(shared), Rules { live, content: content.unwrap_or_default() }))
}

/// Carries out a plan that comes with the request.
pub(super) async fn carried_out(shared: &Shared, (plan, text): (&Body, bool), patience: Duration) -> Response {
    match carry_out(&shared.runtime, plan, patience).await {
        Ok(done) => {
            let mut body = done.to_json();
            if let Some(body) = body.as_object_mut().filter(|_| text) {
                body.insert("text".to_owned(), done.to_string().into());
            }
            Json(body).into_response()
        }
        Err(NotCarriedOut::Unfit(why)) => fail(StatusCode::BAD_REQUEST, &why),
        Err(error @ NotCarriedOut::Moved(_)) => fail(StatusCode::CONFLICT, &error.to_string()),
        Err(NotCarriedOut::Untold(error)) => refused(error),
        Err(NotCarriedOut::Trouble(trouble)) => fail(StatusCode::BAD_GATEWAY, &trouble.to_string()),
    }
}

/// Compiles rules that came as texts, where they may be taken here. `calls`: whether systems are asked by them.
pub(super) async fn compiled_here(shared: &Shared, texts: Vec<Text>, calls: bool) -> Result<Compilation, Response> {
    let runtime = &shared.runtime;
    let served = runtime.store.last_good().await.map_err(|error| store_failed(&error))?;
    let served = served.map(|(_, texts)| texts).unwrap_or_default();
    let judged = move || match leads_elsewhere(&served, &texts).filter(|_| calls) {
        Some(file) => Err(file),
        None => Ok(compiled(texts)),
    };
    let judged = runtime.world.spawner.start_heavy(judged).await;
    let judged = judged.map_err(|_| {
        fail(StatusCode::UNPROCESSABLE_ENTITY, "these rules could not be compiled; the log of the service says more")
    })?;
    let compiled = judged.map_err(|file| forbidden(&file))?;
    let plan = compiled.plan.as_ref();
    match plan.and_then(|plan| asks_for_more(&runtime.live.load().plan, plan)) {
        Some(setting) => Err(forbidden(&setting)),
        None => Ok(compiled),
    }
}

fn compiled(texts: Vec<Text>) -> Compilation {
    let mut files: Vec<SourceFile> = texts.into_iter().map(|Text { name, text }| SourceFile { name, text }).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    compile_texts(SourceMap::new(files))
}

pub(super) fn refused(error: PlanError) -> Response {
    match error {
        PlanError::Rules(ReloadError::Invalid { text, json: mut body }) => {
            if let Some(body) = body.as_object_mut() {
                body.insert("error".to_owned(), json!(text));
            }
            (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
        }
        PlanError::Rules(ReloadError::Store(error)) => store_failed(&error),
        PlanError::NotFound(words) => fail(StatusCode::NOT_FOUND, &words),
        PlanError::Trouble(trouble) => fail(StatusCode::BAD_GATEWAY, &trouble.to_string()),
    }
}

/// The first file that says otherwise than the served ones where calls go and what goes with them.
fn leads_elsewhere(served: &[RuleText], wanted: &[Text]) -> Option<String> {
    let is_new = |file: &&Text| !served.iter().any(|known| known.text == file.text);
    let leads = |file: &&Text| {
        let file = SourceFile { name: file.name.clone(), text: file.text.clone() };
        let tree = parse(&SourceMap::new(vec![file]));
        tree.files.iter().any(|file| matches!(file.tree, FileTree::System(_) | FileTree::Accounts(_)))
    };
    wanted.iter().filter(is_new).find(leads).map(|file| file.name.clone())
}

/// The first setting, an account's own among them, that asks the environment for what the served rules do not ask for.
fn asks_for_more(served: &Plan, wanted: &Plan) -> Option<String> {
    let beyond = |known: Option<&Settings>, wanted: &Settings| {
        let is_new = |(name, setting): &(&String, &Setting)| {
            let known = known.and_then(|known| known.get(*name)).map(variables).unwrap_or_default();
            variables(setting).iter().any(|variable| !known.contains(variable))
        };
        wanted.iter().find(is_new).map(|(name, _)| format!("settings.{name}"))
    };
    let of_account = |account: &Arc<Account>| {
        let known = served.accounts.get(&account.name).map(|account| &account.settings);
        beyond(known, &account.settings).map(|name| format!("{name} of account `{}`", account.name))
    };
    beyond(Some(&served.settings), &wanted.settings).or_else(|| wanted.accounts.values().find_map(of_account))
}

fn variables(setting: &Setting) -> Vec<&str> {
    match setting {
        Setting::Value(_) => Vec::new(),
        Setting::Env { name, .. } => vec![name],
        Setting::List(items) => items.iter().flat_map(variables).collect(),
    }
}

fn forbidden(what: &str) -> Response {
    let why = format!(
        "{what} says otherwise than the rules that serve where calls go or what is taken from the environment; a \
         running service takes neither: stop it, or work on a copy of its store"
    );
    fail(StatusCode::FORBIDDEN, &why)
}
