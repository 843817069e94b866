//! Faults that are planted on purpose, so that a simulation shows that it finds such. A service has none.

use std::sync::Arc;

use async_trait::async_trait;

use super::transport::{Request, Response, Transport, TransportError};

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
    /// A look for changes goes on exactly where the last one ended.
    Overlap,
    /// A webhook is believed, whatever its signature says.
    Signature,
    /// A webhook is answered as if it were kept where the store refuses it.
    Acknowledged,
    /// Calls are not counted.
    Budget,
    /// A peer that asks for a pause is not heard.
    Silence,
    /// What waits for a record is not told that it is there.
    Wake,
    /// A change is settled, whether its call was answered or not.
    Early,
    /// A record whose turn had to be waited for is taken as it was before.
    Stale,
    /// What was worked out under rules outlives them.
    Memory,
    /// Rules that are read anew never come to serve.
    Generation,
    /// A decision is journalled without what was read for it.
    Journal,
    /// What failed a few times is given up.
    Attempts,
    /// A way of several steps ends with its first.
    Halfway,
    /// A list is read no further than its first rows.
    FirstRows,
    /// What is written to an account goes to the first one of its system.
    FirstAccount,
    /// What an account lists is remembered without its name.
    Nameless,
}

impl Planted {
    /// Every one, with its name.
    pub const ALL: [(&'static str, Self); 31] = [
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
        ("overlap", Self::Overlap),
        ("signature", Self::Signature),
        ("acknowledged", Self::Acknowledged),
        ("budget", Self::Budget),
        ("silence", Self::Silence),
        ("wake", Self::Wake),
        ("early", Self::Early),
        ("stale", Self::Stale),
        ("memory", Self::Memory),
        ("generation", Self::Generation),
        ("journal", Self::Journal),
        ("attempts", Self::Attempts),
        ("halfway", Self::Halfway),
        ("first-rows", Self::FirstRows),
        ("first-account", Self::FirstAccount),
        ("nameless", Self::Nameless),
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, fault)| fault)
    }
}

/// A way to peers on which no wish for a pause is heard.
pub struct Deaf(pub Arc<dyn Transport>);

#[async_trait]
impl Transport for Deaf {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut answer = self.0.send(request).await?;
        answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("retry-after"));
        Ok(answer)
    }
}
