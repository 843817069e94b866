//! Why a record cannot be read, in words.
//!
//! Pure. What becomes of it is for those who read.

use crate::connector::{Failure, Listing, Row};
use crate::language::plan::RecordType;
use crate::runtime::memory::alarm::UNREADABLE;
use crate::runtime::trouble::{Trouble, later};
use crate::value::{Path, key};

/// The code of a record that its peer will not show, whenever it is asked.
const NOT_SHOWN: &str = "not-shown";

/// Nothing is decided on a record that could be read in part only.
pub(crate) fn readable(kind: &RecordType, (account, rows): (&str, &[Row])) -> Result<(), Trouble> {
    let Some((row, place)) = rows.iter().find_map(|row| Some((row, row.unreadable.as_ref()?))) else { return Ok(()) };
    Err(Trouble::Unreadable { code: UNREADABLE, message: unreadable(kind, (account, row), place) })
}

/// Which record cannot be read, and why.
pub(crate) fn unreadable(kind: &RecordType, (account, row): (&str, &Row), place: &Path) -> String {
    let id = row.key(kind).unwrap_or_default();
    if let Some(why) = &row.broken {
        let which = if id.is_empty() {
            format!("a {} of {account}", kind.name)
        } else {
            format!("{account}.{}/{id}", kind.name)
        };
        return format!("{which} cannot be read: {why}; mend it there");
    }
    format!(
        "{account}.{}/{id} holds no JSON at `{place}` (half a character, NaN or a broken byte); mend it there",
        kind.name
    )
}

/// That a record stands under a key that no record can have, and is left out.
pub(crate) fn impossible_key(kind: &RecordType, account: &str, found: &str) -> String {
    let found = key::shown(found);
    format!("a {} of {account} has the key {found}, which no record can have; it is left out, mend it there", kind.name)
}

/// That records come without their key, of which these are the first's fields.
pub(crate) fn without_key(kind: &RecordType, first: &Row) -> String {
    let raw = first.raw();
    let shown: Vec<&str> = raw.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    format!("no {} has its key `{}`; they have {}", kind.name, kind.key, shown.join(", "))
}

/// Why a record cannot be read. One that its peer will not hear of, whenever it is asked, is parked and not asked for
/// again and again.
pub(crate) fn of_read(kind: &RecordType, (account, id): (&str, &str), failure: &Failure) -> Trouble {
    match failure {
        Failure::Unsupported { .. } | Failure::Refused { status: 400 | 409 | 414 | 422, .. } => {
            let message = format!("{account} does not show the {} {}: {failure}", kind.name, key::shown(id));
            Trouble::Unreadable { code: NOT_SHOWN, message }
        }
        _ => later(account, failure),
    }
}

/// Why rows cannot be listed. A look-up by a value that its peer will not hear of, whenever it is asked, parks what
/// asks for it, as a record does that it does not show.
pub(crate) fn of_listing(kind: &RecordType, (account, asked): (&str, &Listing), failure: &Failure) -> Trouble {
    match (asked, failure) {
        (
            Listing::Find { field, value },
            Failure::Unsupported { .. } | Failure::Refused { status: 400 | 414 | 422, .. },
        ) => {
            let value = key::shown(&value.to_key().unwrap_or_default());
            let message = format!("{account} does not look for the {} whose {field} is {value}: {failure}", kind.name);
            Trouble::Unreadable { code: NOT_SHOWN, message }
        }
        _ => later(account, failure),
    }
}
