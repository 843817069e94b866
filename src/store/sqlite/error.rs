//! `SQLite`'s errors in words that say what a person can check.

use rusqlite::{Error, ErrorCode};

use crate::store::error::StoreError;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) {
            return Self::Damaged(format!("restore a backup ({error})"));
        }
        let advice = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "the disk is full; free some space",
            Some(ErrorCode::NotADatabase) => "the file is no SQLite database; name another file or restore a backup",
            Some(ErrorCode::CannotOpen) => "the file cannot be opened; check that it is a file and its permissions",
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                "the file or its folder cannot be written; check the permissions"
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "another program holds a lock on the file; close that program"
            }
            Some(ErrorCode::SystemIoFailure) => {
                "reading or writing the disk failed; check the disk and the file system"
            }
            _ => return Self::Unavailable(error.to_string()),
        };
        Self::Unavailable(format!("{advice} ({error})"))
    }
}

/// Puts the file's name in front of what went wrong.
pub(super) fn at(place: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(what) => StoreError::Unavailable(format!("{place}: {what}")),
        StoreError::Damaged(what) => StoreError::Damaged(format!("{place}: {what}")),
        other @ (StoreError::InUse(_) | StoreError::Missing(_) | StoreError::LostClaim | StoreError::Conflict(_)) => {
            other
        }
    }
}
