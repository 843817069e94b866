//! Whose value wins, as a rule carries it.
//!
//! A setting may name the owner, so that who owns what is known only together with the settings
//! that an account sees (`standing`).

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
    /// As a user writes it.
    pub fn text(&self) -> String {
        match self {
            Self::System(name) => name.clone(),
            Self::Both => "both".to_owned(),
            Self::Setting(name) => format!("settings.{name}"),
        }
    }
}
