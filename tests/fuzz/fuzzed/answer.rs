//! What peers answer: a byte says of which kind of record, a byte to which call, a byte with which status; then comes
//! the body. Whatever it is, there are records or a failure; a record reads the same from its own text, is kept and
//! read back as it was, and a value that is written is read as that value.

use std::sync::{Arc, LazyLock};

use petiole::connector::{Connector, Failure, Listing, ResolvedAccount, Row};
use petiole::language::plan::{FieldShape, RecordType, System, WritePlace};
use petiole::value::{Record, Value};
use petiole::world::SeededRandom;

use super::outside::{PLAN, Parrot, StoodClock, done};

const STATUSES: [u16; 16] = [200, 200, 200, 200, 200, 201, 202, 204, 400, 401, 403, 404, 409, 422, 429, 503];

static RECORDS: LazyLock<Vec<(Arc<System>, Arc<RecordType>)>> = LazyLock::new(|| {
    let of = |system: &'_ Arc<System>| {
        let records = system.records.values().cloned();
        records.map(|record| (Arc::clone(system), record)).collect::<Vec<_>>()
    };
    PLAN.systems.values().flat_map(of).collect()
});

pub fn check(input: &[u8]) {
    let [kind, call, status, body @ ..] = input else { return };
    let (system, record) = &RECORDS[usize::from(*kind) % RECORDS.len()];
    let peer = connected(system, STATUSES[usize::from(*status) % STATUSES.len()], body);
    for row in asked((&peer.0, record), *call, body).unwrap_or_default() {
        steady(&peer.0, record, &row);
        if row.fits {
            written(system, record, &row);
        }
    }
}

fn connected(system: &Arc<System>, status: u16, body: &[u8]) -> (Connector, Arc<Parrot>) {
    let properties = ["facility_id", "company_id", "currency"].map(|name| (name.to_owned(), "1".to_owned()));
    let account = ResolvedAccount {
        name: system.name.clone(),
        base_url: "http://127.0.0.1:9".to_owned(),
        secrets: ["api_key", "webhook_key"].map(|name| (name.to_owned(), "hidden".to_owned())).into(),
        properties: properties.into(),
        ..ResolvedAccount::default()
    };
    let parrot = Parrot::new(status, body);
    let random = Arc::new(SeededRandom::new(7));
    let connector = Connector::new(Arc::clone(system), account, Arc::clone(&parrot) as _, StoodClock::new(), random);
    (connector, parrot)
}

fn asked((peer, record): (&Connector, &RecordType), call: u8, body: &[u8]) -> Result<Vec<Row>, Failure> {
    let one = |row: Option<Row>| row.into_iter().collect();
    let listing = |listing| done(peer.rows(record, listing));
    match call % 8 {
        0 => done(peer.read(record, "1")).map(one),
        1 => done(peer.create(record, &Record::new())).map(one),
        2 => done(peer.update(record, "1", &Record::new(), &Value::Null)).map(one),
        3 => listing(Listing::ChangedSince("2026-01-05T12:00:00Z".parse().unwrap())),
        4 => Ok(serde_json::from_slice(body).ok().and_then(|raw| peer.as_told(record, &raw)).into_iter().collect()),
        5 => {
            // What its own text names is what it is asked for.
            let raw = serde_json::from_slice(body).ok().and_then(|raw| peer.as_told(record, &raw));
            let key = raw.and_then(|row| row.key(record)).unwrap_or_default();
            done(peer.read(record, &key)).map(one)
        }
        _ => listing(Listing::All),
    }
}

/// A record reads the same from what is kept of its text, and its values are kept as they are.
fn steady(peer: &Connector, record: &RecordType, row: &Row) {
    if row.unreadable.is_none() {
        let again = peer.as_told(record, &row.raw()).expect("a row is an object");
        assert_eq!(format!("{:?}", again.value), format!("{:?}", row.value), "{}", row.text);
        let told = |row: &Row| (row.gone.clone(), row.shown.clone(), row.absent.clone(), row.is_whole);
        assert_eq!(told(&again), told(row), "{}", row.text);
        // What is kept of a text has each key once, and may fit for that.
        assert!(!row.fits || again.fits, "{}", row.text);
    }
    if let Ok(kept) = serde_json::to_string(&row.value) {
        let read: Value = serde_json::from_str(&kept).unwrap_or_else(|wrong| panic!("{wrong}: {kept}"));
        assert_eq!(format!("{read:?}"), format!("{:?}", row.value), "{kept}");
    }
}

/// Fields that are written where they are read, and that the call does not say itself, one by one: what a peer would give
/// back of each is the value.
fn written(system: &Arc<System>, record: &RecordType, row: &Row) {
    let Some(call) = &record.create else { return };
    let own = |field: &&petiole::language::plan::Field| {
        let said = call.body.iter().any(|(path, _)| *path == field.read_at);
        let alone = field.path.0.len() == 1 && field.read_at.0.len() == 1;
        alone && !said && field.write == WritePlace::Body(field.read_at.clone()) && field.write_kind.is_none()
    };
    for field in record.fields.iter().filter(own) {
        let value = field.path.read(&row.value);
        let money = matches!(field.shape, FieldShape::Money { .. });
        if value.is_null() || !field.kind.fits(&value) {
            continue;
        }
        let mut fields = Record::new();
        field.path.write(&mut fields, value.clone());
        let (peer, parrot) = connected(system, 200, b"{}");
        drop(done(peer.create(record, &fields)));
        let Some(body) = parrot.asked().first().map(|request| request.body.clone()) else { continue };
        let raw: serde_json::Value = serde_json::from_slice(&body).unwrap();
        if raw.get(field.read_at.last_name().unwrap_or_default()).is_some() {
            let given = peer.as_told(record, &raw).expect("what is sent is an object");
            assert_eq!(field.path.read(&given.value), value, "{} (money: {money}) as {raw}", field.path);
        }
    }
}
