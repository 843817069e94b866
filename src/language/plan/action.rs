//! What may be done to a pair of records: the words of effects, of tests, of the journal and of what people are told.

use std::fmt;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Both records exist already: they become a pair.
    Link,
    /// Both sides are seen to agree, and that is remembered.
    Settle,
    /// A missing record is created.
    Create,
    /// A record beside the pair is created, because its rules need it.
    Make,
    /// Fields of a record are changed.
    Update,
    /// A record takes a step from one state to another.
    Move,
    /// A record is taken away, because its counterpart is gone.
    Remove,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Link, Self::Settle, Self::Create, Self::Make, Self::Update, Self::Move, Self::Remove];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Settle => "settle",
            Self::Create => "create",
            Self::Make => "make",
            Self::Update => "update",
            Self::Move => "move",
            Self::Remove => "remove",
        }
    }

    /// The action of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
