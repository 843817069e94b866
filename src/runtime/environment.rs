//! What the rules leave to the environment: resolved at start and at each reload, and checked by kind there.
//!
//! Knows no rule; a value that does not fit keeps its generation from serving.

use std::collections::BTreeMap;
use std::fmt;

use super::coordination::seal::{SealKey, TOKEN_KEY};
use crate::connector::ResolvedAccount;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Account, Plan, Setting, SettingType, SettingTypes, System};
use crate::value::{Path, Record, Value};
use crate::world::Environment;

/// The setting with the address that is told what a person should know; empty: nobody is told.
pub const NOTIFY_SETTING: &str = "notify.webhook";

/// Settings by dotted name, the environment resolved.
pub(super) type Flat = BTreeMap<String, Value>;

/// Why a generation cannot serve in this environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveError {
    /// A variable is not set.
    Unset {
        /// The variable.
        variable: String,
        /// The line that wants it.
        span: Span,
    },
    /// A setting came to a value that it cannot have.
    Unfit(Box<Diagnostic>),
}

impl LiveError {
    /// The finding, at the line that asks the environment.
    pub fn finding(self) -> Diagnostic {
        match self {
            Self::Unset { variable, span } => {
                let message = format!("environment variable `{variable}` is not set");
                let finding = Diagnostic::error(Code("unset-variable"), message, span, "wanted here");
                finding.help(format!("set it: export {variable}=…"))
            }
            Self::Unfit(finding) => *finding,
        }
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset { variable, .. } => write!(out, "environment variable `{variable}` is not set"),
            Self::Unfit(finding) => out.write_str(&finding.message),
        }
    }
}

/// Resolves, and keeps what went wrong.
pub(super) struct Resolver<'a> {
    pub(super) environment: &'a dyn Environment,
    pub(super) wrong: Vec<LiveError>,
}

impl Resolver<'_> {
    pub(super) fn account(&mut self, account: &Account) -> ResolvedAccount {
        self.check_url(&account.base_url);
        let variable = |(name, setting): (&String, &Setting)| match setting {
            Setting::Env { name: variable, .. } => Some((name.clone(), variable.clone())),
            Setting::Value(_) | Setting::List(_) => None,
        };
        let variables = account.secrets.iter().filter_map(variable).collect();
        ResolvedAccount {
            name: account.name.clone(),
            base_url: self.text(&account.base_url).trim_end_matches('/').to_owned(),
            secrets: self.texts(&account.secrets),
            variables,
            properties: self.texts(&account.properties),
            ..ResolvedAccount::default()
        }
    }

    /// Whether tokens of a system's accounts can be sealed, where they are kept.
    pub(super) fn can_keep_tokens(&mut self, system: &System) {
        let Some(token) = system.auth.token.as_ref().filter(|token| token.refresh().is_some()) else { return };
        let found = self.environment.variable(TOKEN_KEY).filter(|text| !text.is_empty());
        let known = |one: &LiveError| matches!(one, LiveError::Unset { variable, .. } if variable == TOKEN_KEY);
        match found {
            None if self.wrong.iter().any(known) => {}
            None => self.wrong.push(LiveError::Unset { variable: TOKEN_KEY.to_owned(), span: token.span }),
            Some(text) if SealKey::parse(&text).is_none() => {
                let message =
                    format!("environment variable `{TOKEN_KEY}` is no key of 32 bytes in base64 or hexadecimal");
                let finding =
                    Diagnostic::error(Code("unknown-value"), message, token.span, "tokens are sealed with it");
                self.wrong.push(LiveError::Unfit(Box::new(finding.help("make one: openssl rand -base64 32"))));
            }
            Some(_) => {}
        }
    }

    fn text(&mut self, setting: &Setting) -> String {
        self.value(setting).to_key().unwrap_or_default()
    }

    /// What is there: a call that needs what is not is never sent.
    fn texts(&mut self, settings: &BTreeMap<String, Setting>) -> BTreeMap<String, String> {
        let texts = settings.iter().map(|(name, setting)| (name, setting, self.text(setting))).collect::<Vec<_>>();
        let there = texts.into_iter().filter(|(_, setting, _)| !self.lacks(setting));
        there.map(|(name, _, text)| (name.clone(), text)).collect()
    }

    /// An address that is none leads nowhere, and every call would be tried for ever.
    fn check_url(&mut self, setting: &Setting) {
        if !self.lacks(setting) {
            let refused = self.refused("base_url", &SettingType::base_url(), setting);
            self.wrong.extend(refused.map(|finding| LiveError::Unfit(Box::new(finding))));
        }
    }

    /// The settings that all accounts share, or an account's own.
    pub(super) fn settings(&mut self, types: &SettingTypes, settings: &BTreeMap<String, Setting>) -> Flat {
        let mut flat = Flat::new();
        for (name, setting) in settings {
            let value = self.value(setting);
            let kind = types.get(name);
            if let Some(kind) = kind.filter(|_| !self.lacks(setting)) {
                self.check(name, kind, setting);
            }
            flat.insert(name.clone(), kind.map_or(value.clone(), |kind| kind.settle(value)));
        }
        flat
    }

    /// Only what came from the environment can be wrong here: the rest was a finding of lint.
    fn check(&mut self, name: &str, kind: &SettingType, setting: &Setting) {
        let mut unfit = Vec::new();
        match (kind.member(), setting) {
            (None, Setting::Env { .. }) => unfit.extend(self.refused(name, kind, setting)),
            (Some(member), Setting::List(items)) => {
                let values: Vec<Option<String>> = items.iter().map(|item| self.value(item).to_key()).collect();
                let filled = values.iter().flatten().any(|text| !text.is_empty());
                let asked = items.iter().find_map(span_of);
                match asked.filter(|_| !filled && matches!(kind, SettingType::Filled(_))) {
                    Some(span) => unfit.push(kind.empty(name).at(span)),
                    None => unfit.extend(items.iter().filter_map(|item| self.entry(name, member, item))),
                }
            }
            _ => {}
        }
        self.wrong.extend(unfit.into_iter().map(|finding| LiveError::Unfit(Box::new(finding))));
    }

    /// The same of an entry: one that came to nothing is left out of its list.
    fn entry(&mut self, name: &str, kind: &SettingType, setting: &Setting) -> Option<Diagnostic> {
        let nothing = self.value(setting).to_key().is_none_or(|text| text.is_empty());
        if nothing { None } else { self.refused(name, kind, setting) }
    }

    /// Why one value from the environment does not fit.
    fn refused(&mut self, name: &str, kind: &SettingType, setting: &Setting) -> Option<Diagnostic> {
        let Setting::Env { name: variable, default, span } = setting else { return None };
        let text = self.value(setting).to_key().unwrap_or_default();
        let finding = kind.refuses(name, &text)?.at(*span);
        let set = self.environment.variable(variable).is_some_and(|text| !text.is_empty());
        Some(match default {
            Some(_) if !set => finding.note(format!("the default: environment variable `{variable}` is not set")),
            _ => finding.note(format!("environment variable `{variable}` says so")),
        })
    }

    /// Whether a variable that the setting wants is not set, which is told as that and as nothing else.
    fn lacks(&self, setting: &Setting) -> bool {
        match setting {
            Setting::Value(_) => false,
            Setting::List(items) => items.iter().any(|item| self.lacks(item)),
            Setting::Env { name, default, .. } => {
                default.is_none() && self.environment.variable(name).is_none_or(|text| text.is_empty())
            }
        }
    }

    fn value(&mut self, setting: &Setting) -> Value {
        match setting {
            Setting::Value(value) => value.clone(),
            Setting::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Setting::Env { name, default, span } => {
                // An empty variable counts as not set: an empty key or URL helps nobody.
                let found = self.environment.variable(name).filter(|text| !text.is_empty()).or_else(|| default.clone());
                let known = |one: &LiveError| matches!(one, LiveError::Unset { variable, .. } if variable == name);
                if found.is_none() && !self.wrong.iter().any(known) {
                    self.wrong.push(LiveError::Unset { variable: name.clone(), span: *span });
                }
                found.map(Value::text).unwrap_or_default()
            }
        }
    }
}

/// The settings that all accounts share, as rules read them; what the environment lacks is nothing.
pub fn shared_settings(
    types: &SettingTypes,
    settings: &BTreeMap<String, Setting>,
    environment: &dyn Environment,
) -> Value {
    let mut resolver = Resolver { environment, wrong: Vec::new() };
    let mut record = Record::new();
    for (name, value) in resolver.settings(types, settings) {
        if let Some(path) = Path::parse(&name) {
            path.write(&mut record, value);
        }
    }
    Value::Record(record)
}

/// The settings under which a pair of accounts decides by the second rules, the left one first. What both rule sets say
/// alike is as it was `known`, so that it does not matter in whose environment that is asked.
///
/// # Errors
/// What the environment lacks or has otherwise than it can be, in words.
pub(super) fn settings_again(
    (before, now): (&Plan, &Plan),
    environment: &dyn Environment,
    accounts: [&str; 2],
    known: &Value,
) -> Result<Value, String> {
    let mut resolver = Resolver { environment, wrong: Vec::new() };
    let (settings_before, settings_now) = (settings_of(before, accounts), settings_of(now, accounts));
    let is_known = |name: &str, setting: &Setting| {
        let as_before = settings_before.get(name).is_some_and(|before| before.says_the_same(setting));
        as_before && before.setting_types.get(name) == now.setting_types.get(name)
    };
    let mut record = Record::new();
    for (name, setting) in settings_now.into_iter().filter(|(name, _)| *name != NOTIFY_SETTING) {
        let Some(path) = Path::parse(name) else { continue };
        let value = if is_known(name, setting) {
            path.read(known)
        } else {
            let one = BTreeMap::from([(name.to_owned(), setting.clone())]);
            resolver.settings(&now.setting_types, &one).remove(name).unwrap_or_default()
        };
        path.write(&mut record, value);
    }
    if let Some(wrong) = resolver.wrong.first() {
        return Err(wrong.to_string());
    }
    Ok(Value::Record(record))
}

/// What a pair of accounts decides under, by dotted name: what all share, the left one's own, the right one's own.
fn settings_of<'p>(plan: &'p Plan, accounts: [&str; 2]) -> BTreeMap<&'p str, &'p Setting> {
    let own = accounts.iter().filter_map(|account| plan.accounts.get(*account)).map(|account| &account.settings);
    let layers = std::iter::once(&plan.settings).chain(own);
    layers.flatten().map(|(name, setting)| (name.as_str(), setting)).collect()
}

/// Takes out of settings what only petiole itself may know.
pub(super) fn without_own(settings: &mut Value) {
    let (group, name) = NOTIFY_SETTING.split_once('.').unwrap_or_default();
    if let Value::Record(groups) = settings
        && let Some(Value::Record(group)) = groups.get_mut(group)
    {
        group.remove(name);
    }
}

fn span_of(setting: &Setting) -> Option<Span> {
    match setting {
        Setting::Env { span, .. } => Some(*span),
        _ => None,
    }
}
