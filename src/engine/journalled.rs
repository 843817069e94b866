//! A situation as it is journalled: as much of it as the decision was made from.

use super::effect::Decision;
use super::park::TOO_MUCH_WORK;
use super::situation::{Found, Reads, Situation, Want};

impl Situation {
    /// This as it is journalled: of listings only what the decision was made from, since deciding on that gives the
    /// same. Only of one that was too much work, where what was passed over counts, all is kept.
    #[must_use]
    pub fn journalled(&self, decision: &Decision) -> Self {
        let whole = decision.stops.iter().any(|stop| stop.code == TOO_MUCH_WORK);
        let kept = |(want, found): (&Want, &Found)| {
            let Found::Listed(listed) = found else { return (want.clone(), found.clone()) };
            let places = decision.fitting.get(want);
            let is_kept = |at: &usize| whole || places.is_some_and(|places| places.contains(at));
            let rows = listed.rows().iter().enumerate().filter(|(at, _)| is_kept(at));
            (want.clone(), Found::Fitted(rows.map(|(_, row)| row.value.clone()).collect()))
        };
        Self { reads: self.reads.iter().map(kept).collect(), ..self.without_reads() }
    }

    /// Everything but what was read.
    fn without_reads(&self) -> Self {
        Self {
            changed: self.changed,
            left_account: self.left_account.clone(),
            right_account: self.right_account.clone(),
            left: self.left.clone(),
            right: self.right.clone(),
            base: self.base.clone(),
            gone: self.gone.clone(),
            settings: self.settings.clone(),
            demanded: self.demanded,
            sweep: self.sweep,
            asked: self.asked,
            held: self.held.clone(),
            apart: self.apart,
            reads: Reads::new(),
            made: self.made.clone(),
        }
    }
}
