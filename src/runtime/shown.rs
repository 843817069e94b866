//! What answers show of fields that no system file promises: learned, so that a field which nobody shows any more, or
//! never did, is not taken for null.
//!
//! In memory, for one generation of rules. A field that some rows have and others lack is left out when it is empty;
//! one that a whole listing of several rows lacks altogether was renamed, unless the record's own call shows it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::connector::Row;

/// Rows of a listing that lack a field before it counts as lacking there: one alone may have nothing to show.
const SEVERAL_ROWS: usize = 3;

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
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// A listing showed it.
    listed: bool,
    /// A listing showed it in some rows and not in others.
    mixed: bool,
    /// A record's own call showed it.
    read: bool,
    /// The last listing to tell lacks it in every row.
    lacking: bool,
}

/// Known fields by account, record type and place in the system file.
type Fields = BTreeMap<(String, String, usize), Known>;

/// What is known of all accounts.
#[derive(Debug, Default)]
pub struct Shown(Mutex<Fields>);

impl Shown {
    /// Takes in an answer; the fields, by their place in the system file, that it lacks although they should be there.
    pub fn take(&self, (account, record): (&str, &str), rows: &[&Row], answer: Answer) -> Vec<usize> {
        let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for row in rows {
            row.shown.iter().for_each(|field| counts.entry(*field).or_default().0 += 1);
            row.absent.iter().for_each(|field| counts.entry(*field).or_default().1 += 1);
        }
        let mut fields = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lacking = Vec::new();
        for (field, (shown, absent)) in counts {
            let known = fields.entry((account.to_owned(), record.to_owned(), field)).or_default();
            match answer {
                Answer::One if shown > 0 => {
                    known.read = true;
                    known.lacking &= known.listed;
                }
                Answer::One => {}
                Answer::Some | Answer::All if shown > 0 => {
                    known.listed = true;
                    known.mixed |= absent > 0;
                    known.lacking = false;
                }
                Answer::Some | Answer::All => {
                    let tells = known.listed || answer == Answer::All && !known.read;
                    known.lacking |= absent >= SEVERAL_ROWS && !known.mixed && tells;
                }
            }
            if shown == 0 && known.lacking {
                lacking.push(field);
            }
        }
        lacking
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Shown};
    use crate::connector::Row;
    use crate::value::Value;

    fn row(shown: bool) -> Row {
        let (here, there) = if shown { (vec![0], Vec::new()) } else { (Vec::new(), vec![0]) };
        let (value, raw, gone, unreadable) = (Value::Null, Value::Null, Vec::new(), None);
        Row { value, raw, gone, shown: here, absent: there, unreadable, broken: None }
    }

    /// Whether the field counts as renamed after each answer.
    fn after(answers: &[(Answer, &[bool])]) -> Vec<bool> {
        let known = Shown::default();
        let told = |(answer, rows): &(Answer, &[bool])| {
            let rows: Vec<Row> = rows.iter().map(|shown| row(*shown)).collect();
            !known.take(("shop", "order"), &rows.iter().collect::<Vec<_>>(), *answer).is_empty()
        };
        answers.iter().map(told).collect()
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
}
