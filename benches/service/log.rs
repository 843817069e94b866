//! What the store's file holds: commits in its log, bytes of each table.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Bytes of the log's own header.
const LOG_HEADER: usize = 32;

/// Bytes of the header of each page in it.
const FRAME_HEADER: usize = 24;

/// Commits in the log since it was begun anew last, with the mark of that beginning.
pub(crate) fn commits(folder: &Path) -> (u64, usize) {
    let log = std::fs::read(folder.join("petiole.db-wal")).unwrap_or_default();
    let number = |at: usize| log.get(at..at + 4).map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap()));
    let (Some(page), Some(one), Some(two)) = (number(8), number(16), number(20)) else { return (0, 0) };
    let mut commits = 0;
    let mut at = LOG_HEADER;
    // A commit's last page says how many pages the file has then; pages from before the beginning have other marks.
    while let (Some(pages), true) = (number(at + 4), (number(at + 8), number(at + 12)) == (Some(one), Some(two))) {
        commits += usize::from(pages > 0);
        at += FRAME_HEADER + page as usize;
    }
    (u64::from(one) << 32 | u64::from(two), commits)
}

/// Commits since then; those before the log was begun anew are lost to the count.
pub(crate) fn commits_since(folder: &Path, (mark, before): (u64, usize)) -> usize {
    let (now, commits) = commits(folder);
    if now == mark { commits - before } else { commits }
}

/// Bytes of each table, with its indexes.
pub(crate) fn tables(folder: &Path) -> BTreeMap<String, i64> {
    let path = folder.join("petiole.db");
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut select = connection
        .prepare("SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name")
        .unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}
