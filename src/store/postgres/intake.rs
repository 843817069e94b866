//! Pieces that another store handed over, as rows.

use super::fault::Fault;
use super::limits::length;
use super::session::{Bound, Session, execute, row};
use super::{decision, generation, halt, handle, intent, link, park, seen, token};
use crate::store::codec::{damaged, nanos, written};
use crate::store::moving::{Carried, TellingOf, WorkLeft};
use crate::store::park::LinkWait;
use crate::store::record::RecordRef;

/// Writes pieces.
pub(super) async fn take_in(session: &Session, pieces: &[Carried]) -> Result<(), Fault> {
    for piece in pieces {
        match piece {
            Carried::Link(link) => link::put(session, link).await?,
            Carried::Park(park, dropped) => park::put_whole(session, park, *dropped).await?,
            Carried::Work(work) => put_work(session, work).await?,
            Carried::Intent(draft, state) => intent::put(session, draft, *state).await?,
            Carried::LinkWait(wait, asking) => put_link_wait(session, wait, asking).await?,
            Carried::Generation(served) => generation::put(session, served).await?,
            Carried::RuleText(text) => generation::put_text(session, text).await?,
            Carried::EarlierRule(earlier) => generation::put_earlier(session, earlier).await?,
            Carried::SeenField(field) => seen::note_fields(session, std::slice::from_ref(field)).await?,
            Carried::Halt(held, owes_sweep) => halt::put(session, held, *owes_sweep).await?,
            Carried::HaltWait(wait) => halt::put_wait(session, wait).await?,
            Carried::Token(kept) => token::put(session, kept).await?,
            Carried::Handle(named) => handle::put(session, named).await?,
            Carried::Decision(entry) => decision::add(session, entry).await?,
            Carried::History(entry) => decision::add_line(session, entry).await?,
            plain => put_plain(session, plain).await?,
        }
    }
    Ok(())
}

/// What is one row without more ado.
async fn put_plain(session: &Session, piece: &Carried) -> Result<(), Fault> {
    match piece {
        Carried::Cursor((account, name), at) => {
            let text = "INSERT INTO petiole.cursor (account, record, at) VALUES ($1, $2, $3)";
            execute(session, text, &[account, name, &nanos(*at)]).await?;
        }
        Carried::Version(RecordRef { account, record, id }, version) => {
            let text = "INSERT INTO petiole.seen (account, record, id, version) VALUES ($1, $2, $3, $4)";
            execute(session, text, &[account, record, id, version]).await?;
        }
        Carried::Unlisted(RecordRef { account, record, id }) => {
            let text = "INSERT INTO petiole.unlisted (account, record, id) VALUES ($1, $2, $3)";
            execute(session, text, &[account, record, id]).await?;
        }
        Carried::Ledger(ledger) => {
            let text = "INSERT INTO petiole.ledger (one, kept) VALUES (1, $1)";
            execute(session, text, &[&written(ledger)?]).await?;
        }
        _ => {}
    }
    Ok(())
}

/// A record that is to be looked at, under hints of its own, as if they had come one after the other.
async fn put_work(session: &Session, work: &WorkLeft) -> Result<(), Fault> {
    let number = told(session, &work.target, &work.told).await?;
    let then = match &work.then {
        Some(then) => Some(told(session, &work.target, then).await?),
        None => None,
    };
    let text = "INSERT INTO petiole.work (account, record, id, hint, state, source, since, due, first, attempts,
            reason, rev, answers, more_hint, more_source, more_since, more_first)
        VALUES ($1, $2, $3, $4, $5, $6, $7, petiole.instant() + $8, $9, $10, $11, $12, 1, $13, $14, $15, $16)";
    let RecordRef { account, record, id } = &work.target;
    let bound: [Bound<'_>; 16] = [
        account,
        record,
        id,
        &number,
        &if work.is_parked { "parked" } else { "pending" },
        &work.told.source.as_str(),
        &nanos(work.told.since),
        &length(work.due_in),
        &work.told.first,
        &i32::try_from(work.attempts).unwrap_or(i32::MAX),
        &work.reason,
        &if then.is_some() { 2_i64 } else { 1 },
        &then,
        &work.then.map(|then| then.source.as_str()),
        &work.then.map(|then| nanos(then.since)),
        &work.then.map(|then| then.first),
    ];
    execute(session, text, &bound).await?;
    Ok(())
}

async fn told(session: &Session, target: &RecordRef, told: &TellingOf) -> Result<i64, Fault> {
    let RecordRef { account, record, id } = target;
    let text = "INSERT INTO petiole.hint (at, source, account, record, id, first) VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING number";
    let (at, source) = (nanos(told.since), told.source.as_str());
    let added = row(session, text, &[&at, &source, account, record, id, &told.first]).await?;
    Ok(added.ok_or_else(|| damaged("a new hint has no number"))?.try_get(0)?)
}

async fn put_link_wait(
    session: &Session,
    LinkWait { pipeline, left, end, other }: &LinkWait,
    (asking, by, with): &(RecordRef, String, String),
) -> Result<(), Fault> {
    let text = "INSERT INTO petiole.link_wait (pipeline, on_left, account, id, other,
            asking_account, asking_record, asking_id, asking_pipeline, asking_with)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let RecordRef { account, record, id } = asking;
    let bound: [Bound<'_>; 10] = [pipeline, left, &end.account, &end.id, other, account, record, id, by, with];
    execute(session, text, &bound).await?;
    Ok(())
}
