//! A folder of tables as a peer: what a warehouse and a marketplace do crosses by files that anybody may write, each
//! file stays letter for letter what others made of it, and what cannot be read says where.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use petiole::world::{KEY_COLUMN, Method, Request, World};
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, get, petiole, send};

/// The example, and the rules that it ships with.
const EXAMPLE: &str = "examples/csv_3pl/rules";

/// A marketplace and a folder that a warehouse reads and writes.
struct Joined {
    folder: Folder,
    market: Process,
}

impl Joined {
    fn start() -> Self {
        let folder = Folder::new();
        std::fs::create_dir(folder.0.join("3 pl")).unwrap();
        Self { folder, market: Process::start(petiole().args(["simulate", "leaflink"]), "export LEAFLINK_COMPANY_ID") }
    }

    /// An accepted order; its number.
    fn order(&self, lines: &Json) -> String {
        let made = self.act("submit", &json!({ "customer": 90001, "lines": lines }));
        let number = made["orders"][0]["number"].as_str().unwrap().to_owned();
        self.act("accept", &json!({ "order": number }));
        number
    }

    fn act(&self, act: &str, what: &Json) -> Json {
        send(Method::Post, &format!("{}/_control/{act}", self.market.url), what)
    }

    fn state(&self, kind: &str, key: &str, is: &str) -> Json {
        let state = get(&format!("{}/_control/state", self.market.url));
        state[kind].as_array().unwrap().iter().find(|one| one[key] == is).unwrap().clone()
    }

    fn sync(&self) -> String {
        self.says(&["sync", "--full"], "3 pl")
    }

    /// What a command says with a folder, and a store of its own, which put nothing off before.
    fn says(&self, command: &[&str], folder: &str) -> String {
        let done = self.command(command, folder).output().unwrap();
        [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat()
    }

    fn command(&self, command: &[&str], folder: &str) -> Command {
        let folder = self.folder.0.join(folder);
        let store = format!("sqlite:{}.db", folder.display());
        let mut asked = petiole();
        asked
            .args(command)
            .args(["--rules", EXAMPLE, "--store", &store])
            .env("LEAFLINK_BASE_URL", format!("{}/api/v2", self.market.url))
            .env("LEAFLINK_API_KEY", "any-key")
            .env("LEAFLINK_WEBHOOK_KEY", "any")
            .env("LEAFLINK_COMPANY_ID", "501")
            .env("WAREHOUSE_URL", format!("file://{}", folder.display()));
        asked
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join("3 pl").join(name)
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

#[test]
fn the_example_is_clean() {
    for arguments in [vec!["lint", EXAMPLE, "--deny-warnings"], vec!["test", "--rules", EXAMPLE]] {
        let done = petiole().args(&arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stdout));
    }
}

#[test]
fn orders_go_out_as_rows_and_shipments_and_stock_come_back() {
    let joined = Joined::start();
    // Somebody else's program wrote this: line ends, quotes and a row of its own stay as they are.
    let head = "order_number,reference,status,ship_to,license_number,ship_on,sku,quantity\r\n";
    let other = "\"OLD-1\",,Open,\"Door, Green\",,,  X-9 ,\"1\"\r\n";
    joined.put("orders.csv", format!("{head}{other}"));
    let lines = json!([{ "sku": "BD-35-JAR-001", "quantity": 24 }, { "sku": "SD-35-JAR-002", "quantity": 3 }]);
    let number = joined.order(&lines);
    joined.sync();
    let text = joined.text("orders.csv");
    let rows: Vec<&str> = text.split_inclusive("\r\n").collect();
    assert_eq!(rows[..2], [head, other], "{text}");
    assert_eq!(rows.len(), 4, "a row a line: {text}");
    for (row, sku) in rows[2..].iter().zip(["BD-35-JAR-001,24", "SD-35-JAR-002,3"]) {
        assert!(row.starts_with(&format!("{number},")) && row.contains(sku) && row.contains(",Open,"), "{row}");
    }

    // At rest nothing is written, not even the same again.
    let told = joined.sync();
    assert!(told.contains("wrote 0") && joined.text("orders.csv") == text, "{told}");

    // A line goes: the rows of that order change in their place, and nobody else's do.
    joined.put("orders.csv", format!("{text}OLD-2,,Open,Corner,,,X-1,2\r\n"));
    let edit = json!({ "order": number, "lines": [{ "sku": "SD-35-JAR-002", "quantity": 0, "remove": true }] });
    joined.act("edit", &edit);
    joined.sync();
    let changed = joined.text("orders.csv");
    assert_eq!(changed, format!("{head}{other}{}OLD-2,,Open,Corner,,,X-1,2\r\n", rows[2]));

    // What the warehouse says, in the spelling of another program: a mark at the head, semicolons.
    joined.put("stock.csv", "\u{feff}sku;available\nBD-35-JAR-001;100.5\n\n");
    joined.put("shipments.csv", format!("order_number\tstatus\tcarrier\ttracking\n{number}\tSent\tUPS\t\n"));
    let told = joined.sync();
    assert_eq!(joined.state("orders", "number", &number)["status"], "Shipped", "{told}");
    assert!(told.contains("stock: 1 × update"), "{told}");
    let told = joined.sync();
    assert!(told.contains("wrote 0"), "{told}");
}

#[test]
fn one_file_that_cannot_be_used_holds_up_no_other_and_what_waits_for_it_is_said() {
    let joined = Joined::start();
    joined.sync();
    let number = joined.order(&json!([{ "sku": "BD-35-JAR-001", "quantity": 1 }]));
    joined.put("orders.csv", b"order_number,status\n\xe9,Open\n");
    joined.put("stock.csv", "sku,available\nBD-35-JAR-001,700\n");
    let mut pass = joined.command(&["sync", "--full"], "3 pl");
    let mut pass = pass.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let waits = what_it_waits_for(&mut pass);
    assert!(waits.contains(&format!("leaflink.order/{number}")) && waits.contains("UTF-8"), "{waits}");
    // Nothing but the file is in the way: once it is mended, the pass goes on by itself.
    std::fs::remove_file(joined.path("orders.csv")).unwrap();
    let done = pass.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.contains("by warehouse (stock, ") && joined.text("orders.csv").contains(&number), "{told}");
    assert!(told.contains("not looked at: warehouse.order: ") && told.contains("it is no UTF-8 text"), "{told}");
    assert!(told.contains("something is left") && done.status.code() == Some(3), "{told}");
    assert!(joined.sync().contains("both sides are in step"));
}

/// The line on standard error that says what a pass waits for.
fn what_it_waits_for(pass: &mut Child) -> String {
    let mut said = BufReader::new(pass.stderr.take().unwrap()).lines().map(Result::unwrap);
    said.find(|line| line.starts_with("petiole: waits")).expect("it says what it waits for")
}

#[test]
fn what_a_service_waits_for_is_said_by_whoever_asked_it() {
    let joined = Joined::start();
    let number = joined.order(&json!([{ "sku": "BD-35-JAR-001", "quantity": 1 }]));
    joined.put("orders.csv", b"order_number,status\n\xe9,Open\n");
    let service = Process::start(&mut joined.command(&["run", "--listen", "127.0.0.1:0"], "3 pl"), "listening on");
    let mut pass = joined.command(&["sync", "--full", "--url", &service.url], "3 pl");
    let mut pass = pass.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let waits = what_it_waits_for(&mut pass);
    assert!(waits.contains("UTF-8") && waits.contains("tried again in"), "{waits}");
    std::fs::remove_file(joined.path("orders.csv")).unwrap();
    let done = pass.wait_with_output().unwrap();
    // Perhaps it was the service's own first pass, whose turn was before.
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.contains("compared") && joined.text("orders.csv").contains(&number), "{told}");
}

#[test]
fn what_was_done_to_a_file_is_explained_as_that() {
    let joined = Joined::start();
    let number = joined.order(&json!([{ "sku": "BD-35-JAR-001", "quantity": 1 }]));
    joined.sync();
    let told = joined.says(&["explain", &format!("warehouse.order/{number}"), "--calls"], "3 pl");
    let file = joined.path("orders.csv");
    assert!(told.contains(&format!("added to `{}`: {{", file.display())) && !told.contains("curl"), "{told}");
}

#[test]
fn a_folder_is_asked_whether_it_may_be_written_and_for_no_credentials() {
    let joined = Joined::start();
    let checked = |folder: Option<&str>| -> Vec<(String, String, String)> {
        let mut doctor = joined.command(&["doctor", "--format", "json"], "3 pl");
        if let Some(folder) = folder {
            doctor.env("WAREHOUSE_URL", format!("file://{folder}"));
        }
        let told: Json = serde_json::from_slice(&doctor.output().unwrap().stdout).unwrap();
        let accounts = told["accounts"].as_array().unwrap();
        let warehouse = accounts.iter().find(|account| account["name"] == "warehouse").unwrap();
        let word = |one: &Json, key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let checked = warehouse["checked"].as_array().unwrap();
        checked.iter().map(|one| (word(one, "what"), word(one, "health"), word(one, "seen"))).collect()
    };
    let told = checked(None);
    assert!(!told.iter().any(|(what, ..)| what == "credentials" || what == "clock"), "{told:?}");
    let writing =
        |told: &[(String, String, String)]| told.iter().find(|(what, ..)| what == "writing").cloned().unwrap();
    let (_, health, seen) = writing(&told);
    assert!(health == "ok" && seen.contains("orders.csv` can be written"), "{told:?}");
    assert_eq!(std::fs::read_dir(joined.path("")).unwrap().count(), 0, "nothing is left in it");
    // Nobody writes there, whoever it is.
    if cfg!(target_os = "linux") {
        let (_, health, seen) = writing(&checked(Some("/proc")));
        assert!(health == "wrong" && seen.contains("`/proc/orders.csv` cannot be written"), "{health} {seen}");
    }
}

#[test]
fn keys_that_are_doubled_or_impossible_are_told_and_never_in_step() {
    let joined = Joined::start();
    joined.sync();
    assert!(joined.sync().contains("both sides are in step"));
    joined.put("stock.csv", "sku,available\nBD-35-JAR-001,1\nSD-35-JAR-002,5\n\nBD-35-JAR-001,2\n");
    for written in [1, 0] {
        let told = joined.sync();
        assert!(told.contains("left out: warehouse.stock/BD-35-JAR-001 stands 2 times in the list"), "{told}");
        let place = "stock.csv has several records whose sku is \"BD-35-JAR-001\", in lines 2 and 5";
        assert!(told.contains(place), "{told}");
        assert!(told.contains("something is left") && !told.contains("both sides are in step"), "{told}");
        // The row beside it counts all the same.
        assert!(told.contains(&format!("wrote {written},")), "{told}");
    }
    joined.put("stock.csv", "sku,available\nBD-35-JAR-001,2\nSD-35-JAR-002,5\n");
    let told = joined.sync();
    assert!(told.contains("both sides are in step") && told.contains("stock: 1 × update"), "{told}");

    joined.put("stock.csv", "sku,available\nBD-35-JAR-001,2\n..,7\n");
    let told = joined.sync();
    assert!(
        told.contains("left out: a stock of warehouse has the key \"..\"") && !told.contains("both sides are in step"),
        "{told}"
    );
}

#[test]
fn a_row_whose_key_is_there_is_not_added_again() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("orders.csv"), "number,note\nA-1,first\n").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let transport = World::real().unwrap().transport;
    let add = |number: &str, column: &str| {
        let request = Request {
            method: Method::Post,
            url: format!("file://{}/orders.csv", folder.0.display()),
            headers: vec![(KEY_COLUMN.to_owned(), column.to_owned())],
            body: json!({ "number": number, "note": null }).to_string().into_bytes(),
            timeout: Duration::from_secs(5),
        };
        let answer = runtime.block_on(transport.send(request)).unwrap();
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    assert_eq!(add("A-2", "number").0, 201);
    let (status, told) = add("A-1", "number");
    assert!(
        status == 409 && told.contains("orders.csv has a record already whose number is") && told.contains("line 2"),
        "{told}"
    );
    assert_eq!(add("A-3", "note").0, 422, "a record without its key is none");
    assert_eq!(std::fs::read_to_string(folder.0.join("orders.csv")).unwrap(), "number,note\nA-1,first\nA-2,\n");
}

#[test]
fn a_table_that_cannot_be_read_says_where_and_loses_nothing() {
    let joined = Joined::start();
    let number = joined.order(&json!([{ "sku": "BD-35-JAR-001", "quantity": 1 }]));
    let head = "order_number,reference,status,ship_to,license_number,ship_on,sku,quantity\n";
    let (ask, write) = (vec!["doctor"], vec!["sync", "--full"]);
    let cases: [(&str, Vec<u8>, &Vec<&str>, &str); 7] = [
        ("open", format!("{head}OLD-1,,Open,\"Gre").into_bytes(), &ask, "the quote that begins in line 2 does not end"),
        (
            "behind",
            format!("{head}A,\"b\"c,,,,,,\n").into_bytes(),
            &ask,
            "line 2 goes on behind a quote that has ended",
        ),
        ("cut", format!("{head}OLD-1,,Open").into_bytes(), &ask, "line 2 has 3 values, and its head names 8"),
        ("latin", [head.as_bytes(), b"OLD-1,,Open,\xe9,,,X,1\n"].concat(), &ask, "UTF-8"),
        ("twice", b"order_number,sku,sku\n".to_vec(), &ask, "two columns are called `sku`"),
        ("narrow", b"order_number,status,ship_to,sku\n".to_vec(), &write, "there is no column `"),
        ("nameless", b"status,ship_to,sku\nOpen,A,X-1\n".to_vec(), &ask, "has its key `order_number`; they have"),
    ];
    for (name, bytes, command, says) in cases {
        let folder = joined.folder.0.join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("orders.csv"), &bytes).unwrap();
        let told = joined.says(command, name);
        assert!(told.contains(says), "{name}: {told}");
        assert_eq!(std::fs::read(folder.join("orders.csv")).unwrap(), bytes, "{name}");
    }
    let told = joined.says(&ask, "nowhere");
    assert!(told.contains("there is no folder") && told.contains("mend that file or folder"), "{told}");
    assert!(!told.contains("connect"), "{told}");
    // There is no file yet: it is made, with the head that it needs.
    let told = joined.sync();
    let text = joined.text("orders.csv");
    assert_eq!(text.matches(&number).count(), 1, "{told}{text}");
    assert_eq!(text.lines().next().unwrap().split(',').count(), 7, "{text}");
    assert!(joined.sync().contains("wrote 0"));
    let left: Vec<_> = std::fs::read_dir(joined.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["orders.csv"], "nothing is left beside it");
}
