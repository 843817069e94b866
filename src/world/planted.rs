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
    /// A call whose answer was lost counts as one that failed.
    LostAnswer,
    /// What was begun before the process ended is not looked for.
    Intents,
    /// What is summed is not read again after what it is weighed against.
    ReadOrder,
    /// A write that looks the same as before is never made again.
    Fought,
    /// Nobody looks for changes between two sweeps.
    Polls,
    /// What a sweep finds is not looked at.
    Sweeps,
    /// A pair that came to rest once is taken to be at rest for good.
    Rested,
    /// What is put off is put off for a day.
    Pauses,
    /// A record that one read does not show counts as gone.
    GoneAtOnce,
}

impl Planted {
    /// Every one, with its name.
    pub const ALL: [(&'static str, Self); 15] = [
        ("second-look", Self::SecondLook),
        ("sent-again", Self::SentAgain),
        ("put-off", Self::PutOff),
        ("parks", Self::Parks),
        ("cursor", Self::Cursor),
        ("turns", Self::Turns),
        ("lost-answer", Self::LostAnswer),
        ("intents", Self::Intents),
        ("read-order", Self::ReadOrder),
        ("fought", Self::Fought),
        ("polls", Self::Polls),
        ("sweeps", Self::Sweeps),
        ("rested", Self::Rested),
        ("pauses", Self::Pauses),
        ("gone-at-once", Self::GoneAtOnce),
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, fault)| fault)
    }
}
