//! Which pair of records, seen from the one that changed, and how bringing it together ended.

use crate::engine::{Reads, Situation, Stop, Unmatched};
use crate::language::plan::{Pipeline, RuleLine, Side};
use crate::runtime::memory::pair_key::PairKey;
use crate::runtime::memory::rested::Told;
use crate::store::{Claim, Link, RecordRef, ToldBy};
use crate::value::Value;

/// The code of a write that a peer refused for good.
pub const REFUSED: &str = "refused";

/// Which pair, seen from the record that changed.
#[derive(Clone)]
pub struct Pairing<'a> {
    /// The claim of the work under which it is looked at; none: nobody else can have that.
    pub claim: Option<Claim>,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The changed record's side.
    pub side: Side,
    /// Its account.
    pub account: &'a str,
    /// Its key.
    pub id: &'a str,
    /// The account of the other side.
    pub other: &'a str,
    /// Whether another pipeline needs the counterpart.
    pub demanded: bool,
    /// Whether drift is put right.
    pub sweep: bool,
    /// Whether what is to be written waits while the sweep's brake counts.
    pub braked: bool,
    /// Whether what was refused before is tried again: its time has come, or somebody asks for it.
    pub again: bool,
    /// Whether a person asks for this very record.
    pub asked: bool,
    /// What told of a change; none: it is looked at in any case.
    pub told: Option<Told>,
    /// Who told of it and when; none: another record needs the counterpart.
    pub by: Option<ToldBy>,
    /// Whether it is only told whether a counterpart would be there: nothing is made or linked.
    pub foretells: bool,
    /// Groups that stop for want of what the changed record lacks.
    pub lacks: &'a [Stop],
    /// What was read for the decision before the changed record itself was.
    pub foreseen: Option<&'a Foreseen>,
}

/// What was read for the decision on a pair before the changed record itself was.
#[derive(Debug, Default)]
pub struct Foreseen {
    /// The answers.
    pub reads: Reads,
    /// The linked record of the other side, where it was among them as its own call shows it.
    pub other: Option<Value>,
}

/// Whose counterpart is looked for, and where.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The known record's side.
    pub side: Side,
    /// Its account.
    pub account: &'a str,
    /// Its key.
    pub id: &'a str,
    /// The account of the other side.
    pub other: &'a str,
}

/// How a counterpart is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seek {
    /// The claim of the work that needs it.
    pub claim: Option<Claim>,
    /// Whether what is to be made waits while the sweep's brake counts.
    pub braked: bool,
    /// Whether a person asks for it.
    pub asked: bool,
    /// Whether the link alone is not enough, because the counterpart may be gone.
    pub sure: bool,
    /// Whether it is only told whether there would be one.
    pub foretells: bool,
}

/// How it ended.
#[derive(Debug, Default)]
pub struct Meeting {
    /// What stops.
    pub stops: Vec<Stop>,
    /// There is no counterpart and none is to be made.
    pub unmatched: Option<Unmatched>,
    /// The other account does not carry the record, which would have a counterpart there otherwise.
    pub not_carried: Option<RuleLine>,
    /// The counterpart is to be made, but nothing is written now.
    pub to_make: bool,
    /// The left record, where the two are linked.
    pub left: Option<RecordRef>,
    /// Both records as they were seen last, where the two are linked.
    pub records: Option<Value>,
}

impl<'a> Pairing<'a> {
    /// The pair of a record whose counterpart another pipeline needs.
    pub fn of_counterpart(sought: Sought<'a>, seek: Seek) -> Self {
        let Sought { pipeline, side, account, id, other } = sought;
        Self {
            claim: seek.claim,
            pipeline,
            side,
            account,
            id,
            other,
            demanded: true,
            sweep: false,
            braked: seek.braked,
            again: false,
            asked: seek.asked,
            told: None,
            by: None,
            foretells: seek.foretells,
            lacks: &[],
            foreseen: None,
        }
    }

    /// The changed record.
    pub fn target(&self) -> RecordRef {
        let record = self.pipeline.record(self.side).name.clone();
        RecordRef { account: self.account.to_owned(), record, id: self.id.to_owned() }
    }

    /// Under which name it is remembered.
    pub fn key(&self) -> PairKey {
        PairKey { pipeline: self.pipeline.name.clone(), record: self.target(), other: self.other.to_owned() }
    }

    /// The accounts, left and right.
    pub fn accounts(&self) -> (&str, &str) {
        if self.side == Side::Left { (self.account, self.other) } else { (self.other, self.account) }
    }

    /// The pipeline and its two accounts, left and right.
    pub fn place(&self) -> (&str, &str, &str) {
        let (left, right) = self.accounts();
        (&self.pipeline.name, left, right)
    }

    /// How both records stand, left and right, where both are there.
    pub fn stands<'s>(&self, situation: &'s Situation) -> Option<[(PairKey, &'s Value); 2]> {
        let (left_account, right_account) = self.accounts();
        let key = |side: Side, account: &str, other: &str| {
            let (kind, value) = (self.pipeline.record(side), situation.record(side)?);
            let record = RecordRef { account: account.to_owned(), record: kind.name.clone(), id: kind.id_of(value)? };
            Some((PairKey { pipeline: self.pipeline.name.clone(), record, other: other.to_owned() }, value))
        };
        Some([key(Side::Left, left_account, right_account)?, key(Side::Right, right_account, left_account)?])
    }

    /// The two records of a link, left and right.
    pub fn ends(&self, link: &Link) -> [RecordRef; 2] {
        [(Side::Left, &link.left), (Side::Right, &link.right)].map(|(side, end)| RecordRef {
            account: end.account.clone(),
            record: self.pipeline.record(side).name.clone(),
            id: end.id.clone(),
        })
    }

    /// Whose turn it is, by what the records of a pair are matched by. Records of several accounts that say the same
    /// have one counterpart in an account: where that is made, they take turns.
    pub(crate) fn lock_name(&self, value: &str) -> String {
        let (left, right) = self.accounts();
        let own = |side: Side, account| if self.pipeline.create(side.other()).is_some() { "" } else { account };
        let (left, right) = (own(Side::Left, left), own(Side::Right, right));
        format!("{}\u{1}{left}\u{1}{right}\u{1}{value}", self.pipeline.name)
    }
}
