//! Everything that came of playing a test. Says nothing of what must come of it.

use super::met::Met;
use super::stage::Stage;
use super::telling::Telling;
use crate::language::plan::heard::Heard;
use crate::peer::PeerCall;
use crate::runtime::Happening;
use crate::store::Park;

/// What came of a test.
pub(super) struct Came<'a> {
    pub(super) stage: &'a Stage,
    /// Each write with its account, in order.
    pub(super) writes: Vec<(String, PeerCall)>,
    pub(super) happened: Vec<Happening>,
    pub(super) parks: Vec<Park>,
    pub(super) heard: &'a Heard,
    /// What is expected of records, each with the record that it is about.
    pub(super) met: Vec<Met<'a>>,
    pub(super) tellings: Vec<Telling>,
}
