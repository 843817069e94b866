//! Intents: journalled before the call, settled after it.

use tokio_postgres::Row;

use super::decision::{Kept, Story};
use super::fault::Fault;
use super::part::{self, Parts};
use super::session::{Bound, Session, execute, row, rows};
use super::telling::tell;
use super::{claim, handle, link, link_wait};
use crate::store::codec::{damaged, instant, nanos};
use crate::store::error::StoreError;
use crate::store::intent::{Intent, IntentDraft, IntentState, Settlement};
use crate::store::journal::Claim;
use crate::store::record::RecordRef;

/// Journals an intent. One that is open with the same key is the same effect: it keeps its number
/// and its time, so that a look for its trace reaches back to the first call.
pub(super) async fn open(session: &Session, draft: &IntentDraft, claim: Option<Claim>) -> Result<Intent, Fault> {
    let mut parts = Parts::at(draft.at);
    let (fields, lines) = (parts.whole_of(&draft.fields)?, parts.whole_of(&draft.lines)?);
    let decided = draft.decision.as_deref().map(|entry| Kept::of(entry, &mut parts)).transpose()?;
    if let Some(claim) = claim {
        claim::fence(session, claim).await?;
    }
    parts.keep(session).await?;
    if let Some(decided) = decided {
        decided.add(session).await?;
    }
    let RecordRef { account, record, id } = &draft.cause;
    let at = nanos(draft.at);
    let bound: [Bound<'_>; 13] = [
        &draft.key,
        &draft.pipeline,
        account,
        record,
        id,
        &draft.account,
        &draft.record,
        &draft.id,
        &draft.action,
        &fields,
        &lines,
        &draft.generation,
        &at,
    ];
    let again = "UPDATE petiole.intent SET pipeline = $2, cause_account = $3, cause_record = $4, cause_id = $5,
            account = $6, record = $7, id = $8, action = $9, fields = $10, lines = $11, generation = $12
        WHERE key = $1 AND state = 'open' RETURNING number, at";
    // One that another opens at the same instant is in the way of this one, which then is tried again.
    let new = "INSERT INTO petiole.intent (key, pipeline, cause_account, cause_record, cause_id, account, record, id,
            action, fields, lines, generation, at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open') RETURNING number, at";
    let opened = match row(session, again, bound.get(..12).unwrap_or_default()).await? {
        Some(opened) => opened,
        None => row(session, new, &bound).await?.ok_or_else(|| damaged("a new intent has no number"))?,
    };
    let draft = IntentDraft { at: instant(opened.try_get(1)?)?, decision: None, ..draft.clone() };
    Ok(Intent { number: opened.try_get(0)?, draft, state: IntentState::Open })
}

/// Open intents, oldest first.
pub(super) async fn open_ones(session: &Session, cause: Option<&RecordRef>) -> Result<Vec<Intent>, Fault> {
    let open = format!("SELECT {COLUMNS} FROM petiole.intent WHERE state = 'open'");
    let found = match cause {
        Some(RecordRef { account, record, id }) => {
            let of_one =
                format!("{open} AND cause_account = $1 AND cause_record = $2 AND cause_id = $3 ORDER BY number");
            rows(session, &of_one, &[account, record, id]).await?
        }
        None => rows(session, &format!("{open} ORDER BY number"), &[]).await?,
    };
    let mut texts = Vec::new();
    for row in &found {
        texts.extend([row.try_get::<_, &str>(10)?, row.try_get(11)?]);
    }
    let parts = part::Read::of(session, &texts).await?;
    found.iter().map(|row| read(row, &parts)).collect()
}

/// What is read of an intent.
pub(super) const COLUMNS: &str = "number, key, pipeline, cause_account, cause_record, cause_id, account, record, id,
    action, fields, lines, generation, at, state";

/// The intent of a row of [`COLUMNS`].
pub(super) fn read(row: &Row, parts: &part::Read) -> Result<Intent, Fault> {
    let word: &str = row.try_get(14)?;
    let state = IntentState::parse(word).ok_or_else(|| damaged(word))?;
    Ok(Intent {
        number: row.try_get(0)?,
        draft: IntentDraft {
            key: row.try_get(1)?,
            pipeline: row.try_get(2)?,
            cause: RecordRef { account: row.try_get(3)?, record: row.try_get(4)?, id: row.try_get(5)? },
            account: row.try_get(6)?,
            record: row.try_get(7)?,
            id: row.try_get(8)?,
            action: row.try_get(9)?,
            fields: parts.whole(row.try_get(10)?)?,
            lines: parts.whole(row.try_get(11)?)?,
            generation: row.try_get(12)?,
            at: instant(row.try_get(13)?)?,
            decision: None,
        },
        state,
    })
}

/// Writes an intent that was opened elsewhere.
pub(super) async fn put(session: &Session, draft: &IntentDraft, state: IntentState) -> Result<(), Fault> {
    let intent = open(session, draft, None).await?;
    if state != IntentState::Open {
        end(session, intent.number, state).await?;
    }
    Ok(())
}

/// Settles an intent, with link and history. Answers whether that made work.
pub(super) async fn settle(session: &Session, settlement: &Settlement) -> Result<bool, Fault> {
    let decided = settlement.decision.as_deref();
    let newest = settlement.history.iter().map(|entry| entry.at).chain(decided.map(|entry| entry.at)).max();
    let mut parts = Parts::at(newest.unwrap_or_default());
    let story = Story::of(&settlement.history, &mut parts)?;
    let decided = decided.map(|entry| Kept::of(entry, &mut parts)).transpose()?;
    if let Some(claim) = settlement.claim {
        claim::fence(session, claim).await?;
    }
    if let Some((number, state)) = settlement.intent {
        end(session, number, state).await?;
    }
    for link in &settlement.gives_way {
        link::remove(session, link).await?;
        handle::mark(session, [&link.left, &link.right], false).await?;
    }
    let mut made_work = false;
    if let Some(link) = &settlement.link {
        if !settlement.gives_way.is_empty() {
            handle::mark(session, [&link.left, &link.right], true).await?;
        }
        link_wait::about_to_make(session, link).await?;
        link::put(session, link).await?;
        made_work |= link_wait::made(session, link).await?;
    }
    parts.keep(session).await?;
    story.add(session).await?;
    if let Some(decided) = decided {
        decided.add(session).await?;
    }
    made_work |= tell(session, &settlement.hints).await? > 0;
    Ok(made_work)
}

/// Ends an open intent.
async fn end(session: &Session, number: i64, state: IntentState) -> Result<(), Fault> {
    let ended = "UPDATE petiole.intent SET state = $2 WHERE number = $1 AND state = 'open'";
    if execute(session, ended, &[&number, &state.as_str()]).await? > 0 {
        return Ok(());
    }
    Err(StoreError::no_open_intent(number).into())
}
