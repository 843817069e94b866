//! What answers show of fields that no system file promises: learned, so that a field which nobody shows any more, or
//! never did, is not taken for null.
//!
//! A field that some rows of a list have and others lack is left out when it is empty; one that a whole list of several
//! rows lacks altogether was renamed, unless the record's own call shows it. Where a single record lacks what was shown
//! before, others that showed it are witnesses: they still do, or it was renamed. Knows no call; what is learned is
//! kept in the store by others.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::connector::Row;
use crate::language::plan::RecordType;
use crate::store::SeenField;

/// Rows of a listing that lack a field before it counts as lacking there: one alone may have nothing to show.
const SEVERAL_ROWS: usize = 3;

/// Records that are remembered for having shown a field.
pub const WITNESSES_MAX: usize = 3;

/// How long what witnesses said holds.
const JUDGED: SignedDuration = SignedDuration::from_mins(1);

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One record, by its own call.
    One,
    /// Some records of a kind.
    Some,
    /// All records of a kind.
    All,
}

/// What is known of one field.
#[derive(Clone, Debug, Default)]
struct Known {
    /// A listing showed it.
    listed: bool,
    /// A record's own call showed it.
    read: bool,
    /// It was absent beside present: left out when it is empty.
    sparse: bool,
    /// Keys of records that showed it.
    witnesses: Vec<String>,
    /// The last listing to tell lacks it in every row.
    lacking: bool,
    /// When witnesses lacked it, too, on a clock that only goes forward.
    judged: Option<Timestamp>,
    /// Whether the store knows less.
    is_new: bool,
}

impl Known {
    fn learn(&mut self, change: impl FnOnce(&mut Self)) {
        let before = (self.listed, self.read, self.sparse, self.witnesses.len());
        change(self);
        self.is_new |= before != (self.listed, self.read, self.sparse, self.witnesses.len());
    }

    fn showed(&mut self, id: Option<String>) {
        if let Some(id) = id.filter(|id| self.witnesses.len() < WITNESSES_MAX && !self.witnesses.contains(id)) {
            self.witnesses.push(id);
        }
    }

    /// Whether absence from one record is no news of the field.
    fn may_be_left_out(&self) -> bool {
        self.sparse || !(self.listed || self.read)
    }
}

/// Account, record type and field.
type Place = (String, String, String);

/// What is known of all accounts.
#[derive(Debug, Default)]
pub struct Shown(Mutex<BTreeMap<Place, Known>>);

impl Shown {
    /// Takes in an answer; the fields, by their place in the system file, that it lacks although they should be there.
    /// `counts`: which fields matter.
    pub fn take(
        &self,
        (account, kind): (&str, &RecordType),
        rows: &[&Row],
        answer: Answer,
        counts: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let mut seen: BTreeMap<usize, (Vec<&&Row>, usize)> = BTreeMap::new();
        for row in rows {
            row.shown.iter().for_each(|field| seen.entry(*field).or_default().0.push(row));
            row.absent.iter().for_each(|field| seen.entry(*field).or_default().1 += 1);
        }
        let mut fields = self.fields();
        let mut lacking = Vec::new();
        for (field, (shown, absent)) in seen.into_iter().filter(|(field, _)| counts(*field)) {
            let known = fields.entry(place(account, kind, field)).or_default();
            known.learn(|known| {
                shown.iter().take(WITNESSES_MAX).for_each(|row| known.showed(row.key(kind)));
                match answer {
                    Answer::One if !shown.is_empty() => {
                        known.read = true;
                        known.judged = None;
                        known.lacking &= known.listed;
                    }
                    Answer::One => {}
                    Answer::Some | Answer::All if !shown.is_empty() => {
                        known.listed = true;
                        known.sparse |= absent > 0;
                        known.lacking = false;
                    }
                    Answer::Some | Answer::All => {
                        let tells = known.listed || answer == Answer::All && !known.read;
                        // Few rows are all there are, and what else would show it?
                        let alone = answer == Answer::All && known.listed && kind.read.is_none();
                        known.lacking |= (absent >= SEVERAL_ROWS || alone) && tells;
                    }
                }
                known.lacking &= !known.sparse;
            });
            if shown.is_empty() && !known.sparse && (known.lacking || known.judged.is_some()) {
                lacking.push(field);
            }
        }
        lacking
    }

    /// Whether anything ever showed a field.
    pub fn was_shown(&self, (account, kind): (&str, &RecordType), field: usize) -> bool {
        self.fields().get(&place(account, kind, field)).is_some_and(|known| known.listed || known.read)
    }

    /// Whether a row lacks what others showed, so that nothing is to be concluded from it alone.
    pub fn is_doubtful(&self, of: (&str, &RecordType), row: &Row, counts: impl Fn(usize) -> bool) -> bool {
        let fields = self.fields();
        let known = |field: &usize| fields.get(&place(of.0, of.1, *field));
        row.absent.iter().filter(|field| counts(**field)).filter_map(known).any(|known| !known.may_be_left_out())
    }

    /// Whether each field that a row lacks is known to be left out where it is empty, or shown by nobody.
    pub fn leaves_out(&self, of: (&str, &RecordType), row: &Row, counts: impl Fn(usize) -> bool) -> bool {
        let fields = self.fields();
        let known = |field: &usize| fields.get(&place(of.0, of.1, *field)).is_some_and(Known::may_be_left_out);
        row.absent.iter().filter(|field| counts(**field)).all(known)
    }

    /// The fields that a record lacks and others showed, where nobody asked the others a moment ago; and the others.
    pub fn doubts(
        &self,
        (account, kind): (&str, &RecordType),
        row: &Row,
        now: Timestamp,
        counts: impl Fn(usize) -> bool,
    ) -> (Vec<usize>, Vec<String>) {
        let own = row.key(kind);
        let fields = self.fields();
        let (mut doubtful, mut witnesses) = (Vec::new(), Vec::new());
        for field in row.absent.iter().copied().filter(|field| counts(*field)) {
            let Some(known) = fields.get(&place(account, kind, field)) else { continue };
            let is_judged = known.judged.is_some_and(|at| now.duration_since(at) < JUDGED);
            if known.may_be_left_out() || known.lacking || is_judged {
                continue;
            }
            doubtful.push(field);
            let others = known.witnesses.iter().filter(|id| own.as_ref() != Some(*id));
            witnesses.extend(others.filter(|id| !witnesses.contains(*id)).cloned().collect::<Vec<_>>());
        }
        witnesses.truncate(WITNESSES_MAX);
        (doubtful, witnesses)
    }

    /// Takes in what a witness shows of fields that another record lacks; `None`: it is not there any more.
    pub fn testify(&self, (account, kind): (&str, &RecordType), doubtful: &[usize], (id, row): (&str, Option<&Row>)) {
        let mut fields = self.fields();
        for field in doubtful {
            let known = fields.entry(place(account, kind, *field)).or_default();
            known.learn(|known| match row {
                Some(row) if row.shown.contains(field) => {
                    known.sparse = true;
                    known.lacking = false;
                    known.judged = None;
                }
                Some(_) => {}
                None => known.witnesses.retain(|known| known != id),
            });
        }
    }

    /// All witnesses were asked: what none of them shows was renamed.
    pub fn judge(&self, (account, kind): (&str, &RecordType), doubtful: &[usize], now: Timestamp) {
        let mut fields = self.fields();
        for field in doubtful {
            let known = fields.entry(place(account, kind, *field)).or_default();
            known.judged = (!known.sparse).then_some(now);
        }
    }

    /// Takes in what was learned before this process began.
    pub fn recall(&self, kept: Vec<SeenField>) {
        let mut fields = self.fields();
        for seen in kept {
            let known = fields.entry((seen.account, seen.record, seen.field)).or_default();
            known.listed |= seen.listed;
            known.read |= seen.read;
            known.sparse |= seen.sparse;
            seen.witnesses.into_iter().for_each(|id| known.showed(Some(id)));
        }
    }

    /// What the store does not know yet; it counts as known from now on.
    pub fn news(&self) -> Vec<SeenField> {
        let mut fields = self.fields();
        let new = fields.iter_mut().filter(|(_, known)| known.is_new);
        new.map(|((account, record, field), known)| {
            known.is_new = false;
            SeenField {
                account: account.clone(),
                record: record.clone(),
                field: field.clone(),
                listed: known.listed,
                read: known.read,
                sparse: known.sparse,
                witnesses: known.witnesses.clone(),
            }
        })
        .collect()
    }

    /// The store could not take what was told as news.
    pub fn untold(&self, news: Vec<SeenField>) {
        let mut fields = self.fields();
        for seen in news {
            fields.entry((seen.account, seen.record, seen.field)).or_default().is_new = true;
        }
    }

    fn fields(&self) -> MutexGuard<'_, BTreeMap<Place, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A field that is read elsewhere than before is another one.
fn place(account: &str, kind: &RecordType, field: usize) -> Place {
    let name = kind.fields.get(field).map(|field| {
        if field.path == field.read_at {
            field.path.to_string()
        } else {
            format!("{} at {}", field.path, field.read_at)
        }
    });
    (account.to_owned(), kind.name.clone(), name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Answer, Shown};
    use crate::connector::Row;
    use crate::diagnostic::Span;
    use crate::language::plan::{Call, RecordType, Template};
    use crate::value::{Record, Value};
    use crate::world::Method;

    fn kind(read: bool) -> RecordType {
        let call = Call::new(Method::Get, Template(Vec::new()), Span::default());
        let (system, name, key) = ("shop".to_owned(), "order".to_owned(), "id".to_owned());
        RecordType { system, name, key, read: read.then_some(call), ..RecordType::default() }
    }

    fn row(id: usize, shown: bool) -> Row {
        let (here, there) = if shown { (vec![0], Vec::new()) } else { (Vec::new(), vec![0]) };
        let value = Value::Record(Record::from([("id".to_owned(), Value::text(id.to_string()))]));
        Row {
            value,
            text: "null".into(),
            gone: Vec::new(),
            shown: here,
            absent: there,
            is_whole: true,
            fits: true,
            unreadable: None,
            broken: None,
        }
    }

    /// Whether the field counts as renamed after each answer.
    fn after_of(kind: &RecordType, answers: &[(Answer, &[bool])]) -> Vec<bool> {
        let known = Shown::default();
        let told = |(answer, rows): &(Answer, &[bool])| {
            let rows: Vec<Row> = rows.iter().enumerate().map(|(id, shown)| row(id, *shown)).collect();
            !known.take(("shop", kind), &rows.iter().collect::<Vec<_>>(), *answer, |_| true).is_empty()
        };
        answers.iter().map(told).collect()
    }

    fn after(answers: &[(Answer, &[bool])]) -> Vec<bool> {
        after_of(&kind(true), answers)
    }

    #[test]
    fn a_field_that_a_whole_listing_lacks_was_renamed() {
        use Answer::{All, One, Some};
        assert_eq!(after(&[(All, &[false; 3]), (One, &[false])]), [true, true]);
        assert_eq!(after(&[(All, &[false; 2]), (One, &[false])]), [false, false], "too few to tell");
        assert_eq!(after(&[(Some, &[false; 9])]), [false], "nor may what changed lately show it");
        assert_eq!(after(&[(All, &[true; 3]), (Some, &[false; 3])]), [false, true], "all had it before");
        assert_eq!(after(&[(All, &[false; 3]), (All, &[true; 3]), (One, &[false])]), [true, false, false]);
    }

    #[test]
    fn of_records_that_can_only_be_listed_few_tell_when_they_showed_it_before() {
        use Answer::{All, Some};
        let listed = kind(false);
        assert_eq!(after_of(&listed, &[(All, &[true]), (All, &[false])]), [false, true]);
        assert_eq!(after_of(&listed, &[(All, &[false]), (All, &[false])]), [false, false], "never shown");
        assert_eq!(after_of(&listed, &[(All, &[true]), (Some, &[false])]), [false, false], "one changed");
        assert_eq!(after(&[(All, &[true]), (All, &[false])]), [false, false], "the record's own call has the word");
    }

    #[test]
    fn a_field_that_some_rows_lack_is_left_out_when_it_is_empty() {
        use Answer::{All, One, Some};
        assert_eq!(after(&[(All, &[true, false, false]), (Some, &[false; 5]), (One, &[false])]), [false; 3]);
    }

    #[test]
    fn a_listing_that_is_leaner_than_the_records_own_call_tells_nothing() {
        use Answer::{All, One};
        assert_eq!(after(&[(One, &[true]), (All, &[false; 5]), (One, &[false])]), [false; 3]);
        assert_eq!(after(&[(All, &[false; 5]), (One, &[true]), (All, &[false; 5])]), [true, false, false]);
    }

    /// What becomes of a record that lacks what two others showed, by what they show now.
    fn judged(known: &Shown, witnesses: [Option<bool>; 2], now: Timestamp) -> bool {
        let kind = kind(true);
        let of = ("shop", &kind);
        let lacks = row(9, false);
        let (doubtful, others) = known.doubts(of, &lacks, now, |_| true);
        for (id, shows) in others.iter().zip(witnesses) {
            let row = shows.map(|shows| row(0, shows));
            known.testify(of, &doubtful, (id, row.as_ref()));
        }
        known.judge(of, &doubtful, now);
        !known.take(of, &[&lacks], Answer::One, |_| true).is_empty()
    }

    fn two_showed_it() -> Shown {
        let known = Shown::default();
        for id in [1, 2] {
            known.take(("shop", &kind(true)), &[&row(id, true)], Answer::One, |_| true);
        }
        known
    }

    #[test]
    fn what_a_record_lacks_and_witnesses_lack_too_was_renamed() {
        let (now, later) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + SignedDuration::from_mins(2));
        assert!(judged(&two_showed_it(), [Some(false), Some(false)], now));
        assert!(judged(&two_showed_it(), [None, None], now), "nobody is left to ask");
        let known = two_showed_it();
        assert!(!judged(&known, [Some(false), Some(true)], now), "one shows it still: it is left out when it is empty");
        assert!(!judged(&known, [Some(false), Some(false)], later), "which is remembered");
        let known = two_showed_it();
        assert!(judged(&known, [Some(false), Some(false)], now));
        assert!(judged(&known, [Some(true), Some(true)], now), "nobody is asked again at once");
        assert!(!judged(&known, [Some(true), Some(true)], later));
    }

    #[test]
    fn what_was_learned_is_told_once_and_can_be_recalled() {
        let known = two_showed_it();
        let news = known.news();
        assert_eq!(news.iter().map(|seen| seen.witnesses.clone()).collect::<Vec<_>>(), [["1", "2"]]);
        assert!(known.news().is_empty());
        known.untold(news.clone());
        assert_eq!(known.news(), news);
        let anew = Shown::default();
        anew.recall(news);
        assert!(anew.news().is_empty());
        assert!(judged(&anew, [Some(false), Some(false)], Timestamp::UNIX_EPOCH));
    }
}
