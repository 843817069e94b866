//! Whose value wins, as a rule carries it.
//!
//! A setting may name the owner, so that who owns what is known only together with the settings
//! that an account sees.

use crate::value::{Path, Value};

/// Who owns a group of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This system: only arrows that leave it are live.
    System(String),
    /// Both systems: all arrows are live.
    Both,
    /// The system that this setting names, by dotted name.
    Setting(String),
}

impl Owner {
    /// The owner under these settings: a system's name, or `both`; `None` where a setting is empty.
    pub fn under(&self, settings: &Value) -> Option<String> {
        match self {
            Self::System(name) => Some(name.clone()),
            Self::Both => Some("both".to_owned()),
            Self::Setting(name) => Path::parse(name)?.read(settings).to_key(),
        }
    }

    /// Whether arrows that leave `system` are live.
    pub fn lets_leave(&self, system: &str, settings: &Value) -> bool {
        self.under(settings).is_some_and(|owner| owner == "both" || owner == system)
    }

    /// As a user writes it.
    pub fn text(&self) -> String {
        match self {
            Self::System(name) => name.clone(),
            Self::Both => "both".to_owned(),
            Self::Setting(name) => format!("settings.{name}"),
        }
    }
}
