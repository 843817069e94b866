//! Faults that are planted on purpose, so that a simulation shows that it finds such. A service has none.

/// A fault that may be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A create whose answer was lost is repeated after a single look for its trace.
    SecondLook,
    /// A create whose answer was lost is sent again at once.
    SentAgain,
    /// What is put off is forgotten.
    PutOff,
    /// What stops is told to nobody.
    Parks,
    /// A look for changes moves on past records that nobody looks at.
    Cursor,
    /// Several work on one pair at once.
    Turns,
}

impl Planted {
    /// Every one, with its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("second-look", Self::SecondLook),
        ("sent-again", Self::SentAgain),
        ("put-off", Self::PutOff),
        ("parks", Self::Parks),
        ("cursor", Self::Cursor),
        ("turns", Self::Turns),
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, fault)| fault)
    }
}
