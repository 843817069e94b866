//! `petiole doctor`: how the store is, and what to do about it. Only looks.

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, ServiceArguments};
use super::exit_code;
use crate::store::checkup::{Checked, Health};
use crate::store::open;

/// Looks at the store.
pub(super) async fn doctor(arguments: &Arguments, at: &ServiceArguments) -> u8 {
    let checked = match open::examine(&arguments.store).await {
        Ok(checked) => checked,
        Err(error) => {
            eprintln!("petiole: {}: {error}", open::named(&arguments.store));
            return exit_code::FAILED;
        }
    };
    show(&checked, &open::named(&arguments.store), at.format);
    if checked.iter().any(|one| one.health == Health::Wrong) { exit_code::FAILED } else { exit_code::OK }
}

fn show(checked: &[Checked], store: &str, format: Format) {
    if format == Format::Json {
        let one = |one: &Checked| -> Json {
            json!({ "what": one.what, "health": one.health.as_str(), "seen": one.seen, "mend": one.mend })
        };
        println!("{}", json!({ "store": store, "checked": checked.iter().map(one).collect::<Vec<_>>() }));
        return;
    }
    println!("store {store}");
    for one in checked {
        println!("  {:<5}  {:<12} {}", one.health.as_str(), one.what, one.seen);
        if let Some(mend) = &one.mend {
            println!("         {:<12} {mend}", "");
        }
    }
    println!("the accounts are not asked in this version: `petiole sync --only RECORD` tries them");
}
