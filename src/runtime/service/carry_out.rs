//! Carries out a plan: exactly what it says, and only while world and rules are as they were when it was made.
//!
//! It is planned anew first, which only reads. Where that comes to the same, a pass is made that writes what is in the
//! plan and keeps everything else back, whatever comes up in between.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::look::Look;
use super::pass::{Pass, Scope, pass_under};
use super::plan::{Ground, PlanError, Rules, Wish, content_of, plan};
use crate::runtime::live::Live;
use crate::runtime::planned::permit::{Permit, moved};
use crate::runtime::report::Report;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;

/// What came of a plan that was carried out.
#[derive(Debug)]
pub struct CarriedOut {
    /// The pass.
    pub report: Report,
    /// What it was allowed.
    pub permit: Arc<Permit>,
}

impl CarriedOut {
    /// Whether all of the plan was done, nothing else was to be, and nothing is left.
    pub fn converged(&self) -> bool {
        self.report.converged() && self.permit.not_done().is_empty() && self.permit.kept_back().is_empty()
    }

    /// The report of the pass, and what of the plan was not done.
    pub fn to_json(&self) -> Json {
        let mut told = self.report.to_json();
        if let Some(told) = told.as_object_mut() {
            let (left, beside) = (self.permit.not_done(), self.permit.kept_back());
            told.insert("converged".to_owned(), self.converged().into());
            told.insert(
                "plan".to_owned(),
                json!({"changes": self.permit.len(), "not_done": left, "kept_back": beside}),
            );
        }
        told
    }
}

impl fmt::Display for CarriedOut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.fmt(out)?;
        for one in self.permit.not_done() {
            writeln!(out, "planned and not done: {one}")?;
        }
        for one in self.permit.kept_back() {
            writeln!(out, "not in the plan, and not done: {one}")?;
        }
        let (all, left) = (self.permit.len(), self.permit.not_done().len());
        writeln!(out, "{} of {all} planned changes were made", all.saturating_sub(left))
    }
}

/// Why a plan is not carried out.
#[derive(Debug)]
pub enum NotCarriedOut {
    /// It is none.
    Unfit(String),
    /// World or rules are not as they were: what moved.
    Moved(Vec<String>),
    /// It could not be planned anew.
    Untold(PlanError),
    /// The pass could not be made.
    Trouble(Trouble),
}

impl fmt::Display for NotCarriedOut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(why) => out.write_str(why),
            Self::Moved(what) => {
                write!(out, "the plan does not hold any more, and nothing was written; make it anew")?;
                what.iter().try_for_each(|one| write!(out, "\n  {one}"))
            }
            Self::Untold(error) => error.fmt(out),
            Self::Trouble(trouble) => trouble.fmt(out),
        }
    }
}

/// Carries out the document of a plan under the rules that serve.
///
/// # Errors
/// [`NotCarriedOut`]; nothing was written then, unless the pass itself broke off.
pub async fn carry_out(
    runtime: &Arc<Runtime>,
    document: &Json,
    patience: Duration,
) -> Result<CarriedOut, NotCarriedOut> {
    let permit = Arc::new(Permit::of(document).map_err(NotCarriedOut::Unfit)?);
    let wish = |name: &str| document.get("wish").and_then(|wish| wish.get(name)).cloned().unwrap_or_default();
    let full = wish("full") == Json::Bool(true);
    let only = wish("only").as_str().map(str::to_owned);
    let ground = Ground { store: Arc::clone(&runtime.store), world: runtime.world.clone() };
    let before = runtime.live.load_full();
    let content = content_of(runtime.store.as_ref()).await.map_err(|error| NotCarriedOut::Trouble(error.into()))?;
    let planned_by = document.pointer("/rules/content").and_then(Json::as_str);
    if planned_by != content.as_deref() {
        return Err(NotCarriedOut::Moved(vec!["the rules are others than those it was planned by".to_owned()]));
    }
    let live = Live::new(before.generation, Arc::clone(&before.plan), &runtime.world, Some(&before));
    let changed = |_| NotCarriedOut::Moved(vec!["the environment of the rules".to_owned()]);
    let rules = Rules { live: live.map_err(changed)?, content: content.unwrap_or_default() };
    let wish = Wish { full, only: only.clone(), patience };
    let now = plan(&ground, rules, &wish, |_| ()).await.map_err(NotCarriedOut::Untold)?;
    let moved = moved(document, &now.to_json());
    if !moved.is_empty() {
        return Err(NotCarriedOut::Moved(moved));
    }
    let scope = match only {
        Some(name) => {
            let gone = |words| NotCarriedOut::Moved(vec![words]);
            Scope::Only(runtime.named(&name).await.map_err(gone)?)
        }
        None => Scope::Look(if full { Look::Everything } else { Look::Changes }),
    };
    let made = Pass { scope, confirmed: true, patience };
    let report = pass_under(runtime, &made, Some(Arc::clone(&permit))).await.map_err(NotCarriedOut::Trouble)?;
    Ok(CarriedOut { report, permit })
}
