//! What one generation of rules remembers: kept listings with match values, known links, pairs at rest and what was
//! told.
//!
//! All of it was worked out by the generation's own plan, so it begins empty with each and goes with the last work that
//! holds it: nothing is cleared by hand, and work under older rules cannot leave a trace in it.

use super::finder::Finder;
use super::handles::SeenHandles;
use super::known_links::KnownLinks;
use super::lost_pairs::LostPairs;
use super::own_writes::OwnWrites;
use super::rested::Rested;
use super::stirred::Stirred;
use super::swept::Swept;
use super::told_once::{ToldOf, ToldOnce};

/// A generation's memory.
#[derive(Debug, Default)]
pub struct Memory {
    /// Kept listings.
    pub finder: Finder,
    /// What the sweep under way listed.
    pub swept: Swept,
    /// Links known to be there.
    pub known_links: KnownLinks,
    /// Pairs that came to rest.
    pub rested: Rested,
    /// Pairs that lack their counterpart.
    pub lost: LostPairs,
    /// How records stood after own writes.
    pub own_writes: OwnWrites,
    /// Records that stirred others.
    pub stirred: Stirred,
    /// Refusals told once for all records.
    pub told: ToldOnce,
    /// What people call the records that were seen.
    pub handles: SeenHandles,
    /// What was observed and told in the log.
    pub observed: ToldOf,
}
