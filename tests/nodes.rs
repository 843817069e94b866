//! Several nodes of the real binary on one PostgreSQL, killed, stopped and cut off at no moment in particular: whatever
//! was acknowledged crosses, and nothing is there twice.
//!
//! Both simulators are the judges. `PETIOLE_NODE_MISHAPS=200` asks for more mishaps than the few of every run, and
//! `PETIOLE_NODE_SEED` for another row of chances, which is told where it fails.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use petiole::simulator::Held;
use petiole::simulator::agreement::{Gap, doubled, gaps};
use petiole::world::{Method, Random as _, SeededRandom};
use serde_json::json;

use crate::killed_under_load::{act, asked, calls, state};
use crate::support::postgres::{Database, Server, server};
use crate::support::{Folder, Process, Trade, at_rest, fast_rules, get, http, preloadable, send, until};

const NODES: usize = 3;

const MISHAPS: u64 = 6;

/// Calls that are made between two mishaps at most.
const CALLS: u64 = 40;

/// How long a node stands still at most, where that is not what is tried.
const STANDS_MAX: Duration = Duration::from_secs(2);

/// Nodes that share a database, with both systems around them.
struct Cluster<'a> {
    trade: Trade,
    server: &'a Server,
    database: Database<'a>,
    nodes: Vec<Process>,
}

impl<'a> Cluster<'a> {
    fn start(server: &'a Server, count: usize) -> Self {
        let mut cluster = Self::empty(server);
        for _ in 0..count {
            let node = cluster.node();
            cluster.nodes.push(node);
        }
        cluster.subscribe();
        cluster
    }

    fn empty(server: &'a Server) -> Self {
        Self { trade: Trade::start(), database: server.database(), server, nodes: Vec::new() }
    }

    fn command(&self) -> Command {
        let mut command = self.trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "500ms"]);
        command.env("PETIOLE_STORE", self.database.url());
        command
    }

    fn node(&self) -> Process {
        Process::start(&mut self.command(), "listening")
    }

    /// Webhooks of the two systems go to two nodes.
    fn subscribe(&self) {
        let sides = [("leaflink", &self.trade.leaflink), ("flourish", &self.trade.flourish)];
        for ((name, side), node) in sides.into_iter().zip(self.nodes.iter().cycle()) {
            let body = json!({ "url": format!("{}/webhooks/{name}", node.url) });
            send(Method::Put, &format!("{}/_control/webhook", side.url), &body);
        }
    }

    /// One node ends at once, and another begins in its place.
    fn killed(&mut self, at: usize) {
        self.nodes[at].kill();
        self.nodes[at] = self.node();
        self.nodes.rotate_left(1);
        self.subscribe();
    }

    /// Something goes wrong.
    fn mishap(&mut self, chance: &SeededRandom) {
        let at = usize::try_from(chance.below(NODES as u64)).unwrap();
        match chance.below(6) {
            0 | 1 => self.killed(at),
            2 => self.nodes[at].signal("STOP"),
            3 => self.cut_off(),
            4 => {
                self.server.crash();
                self.server.restart();
            }
            _ => {
                self.nodes[at].signal("TERM");
                until("it ended", || self.nodes[at].child.try_wait().unwrap().is_some());
                self.killed(at);
            }
        }
    }

    /// Every connection to the database ends.
    fn cut_off(&self) {
        self.database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }

    /// Those that stand still go on.
    fn go_on(&self) {
        self.nodes.iter().for_each(|node| node.signal("CONT"));
    }

    fn rests(&self) {
        until("nothing is left to do", || self.nodes.iter().all(|node| at_rest(&node.url)));
    }

    /// Both sides agree, or what does not is named.
    fn agrees(&self) {
        self.rests();
        let sweep = || {
            let url = format!("{}/api/v1/sweep", self.nodes[0].url);
            let answer = http(Method::Post, &url, &[("Content-Type", "application/json")], b"{\"confirm\":true}");
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            String::from_utf8(answer.body.clone()).unwrap()
        };
        sweep();
        let named = format!("{} {}", sweep(), get(&format!("{}/api/v1/inbox", self.nodes[0].url)));
        self.once();
        let turned = BTreeMap::from([("source_of_truth.inventory".to_owned(), "leaflink".to_owned())]);
        let found = gaps(&Held::of_two(state(&self.trade.flourish), state(&self.trade.leaflink)), &turned);
        let is_named = |gap: &&Gap| gap.names.iter().any(|name| named.contains(name.as_str()));
        let left: Vec<_> = found.iter().filter(|gap| !is_named(gap)).collect();
        assert!(left.is_empty(), "{left:#?}");
    }

    fn once(&self) {
        for (name, side) in [("flourish", &self.trade.flourish), ("leaflink", &self.trade.leaflink)] {
            let twice = doubled(name, &state(side));
            assert!(twice.is_empty(), "{twice:?}");
        }
    }
}

#[test]
fn nodes_that_are_killed_stopped_and_cut_off_bring_everything_over_once() {
    let Some(server) = Server::start() else { return };
    let (mishaps, seed) = (asked("PETIOLE_NODE_MISHAPS").unwrap_or(MISHAPS), asked("PETIOLE_NODE_SEED").unwrap_or(1));
    println!("again: PETIOLE_NODE_MISHAPS={mishaps} PETIOLE_NODE_SEED={seed} cargo test nodes::");
    let chance = SeededRandom::new(seed);
    let mut cluster = Cluster::start(&server, NODES);
    for _ in 0..mishaps {
        (0..3).for_each(|_| act(&cluster.trade, &chance));
        let last = calls(&cluster.trade) + chance.below(CALLS);
        until("it came so far", || calls(&cluster.trade) >= last);
        cluster.mishap(&chance);
        let last = calls(&cluster.trade) + chance.below(CALLS);
        // Where all that is left to do is with one that stands still, nothing goes on.
        let begin = Instant::now();
        while calls(&cluster.trade) < last && begin.elapsed() < STANDS_MAX {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        cluster.go_on();
        cluster.once();
    }
    cluster.agrees();
    assert!(!cluster.trade.orders().is_empty(), "something crossed");
}

/// What a node that stands still has is taken over; and what it does when it goes on is in vain.
#[test]
fn a_node_that_stands_still_for_longer_than_its_lease_writes_nothing_twice() {
    let Some(server) = Server::start() else { return };
    let cluster = Cluster::start(&server, 2);
    let submit = |count: usize| {
        cluster.trade.people(&cluster.trade.leaflink, "submit", &json!({ "count": count }));
    };
    let nodes = || get(&format!("{}/api/v1/status", cluster.nodes[1].url))["nodes"].as_array().unwrap().clone();
    let has_role = |role: &str| nodes().iter().any(|node| node["roles"].as_array().unwrap().contains(&json!(role)));
    until("both are known", || {
        let known = nodes();
        let is_told = |node: &Process| known.iter().any(|known| known["url"] == node.url.as_str());
        known.len() == 2 && cluster.nodes.iter().all(is_told)
    });
    until("all roles are had", || ["poll leaflink", "poll flourish"].into_iter().all(has_role));
    let here: Vec<_> = nodes().into_iter().filter(|node| node["here"] == true).collect();
    assert!(here.len() == 1 && here[0]["url"] == cluster.nodes[1].url.as_str(), "{here:?}");
    submit(12);
    let begun = || calls(&cluster.trade) > 60;
    until("it is in the middle of it", begun);
    cluster.nodes[0].signal("STOP");
    submit(2);
    // Its time runs out, and the other one brings over what it had.
    until("the other one did it all", || cluster.trade.orders().len() == 14 && at_rest(&cluster.nodes[1].url));
    assert_eq!(nodes().len(), 1, "the other one is fenced");
    cluster.nodes[0].signal("CONT");
    until("it is there again, as another", || nodes().len() == 2);
    // Whoever has the store and no service at hand sees who works with it.
    let mut status = cluster.trade.command(&["status", "--url", "http://127.0.0.1:9"]);
    let told = status.env("PETIOLE_STORE", cluster.database.url()).output().unwrap();
    assert_eq!(told.status.code(), Some(3));
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(cluster.nodes.iter().all(|node| told.contains(&node.url)) && !told.contains("postgres"), "{told}");
    submit(2);
    until("all crossed", || cluster.trade.orders().len() == 16);
    cluster.rests();
    cluster.trade.assert_exactly_once();
}

/// Statements that change something take this long at most, by chance.
const SLOW_STATEMENTS: &str = "
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.1 * random() * random()); RETURN NULL; END $$;
    DO $$ DECLARE name text; BEGIN
        FOREACH name IN ARRAY ARRAY['work', 'intent', 'link', 'pair_hold', 'drawn', 'park'] LOOP
            EXECUTE format('CREATE TRIGGER slow BEFORE INSERT OR UPDATE OR DELETE ON petiole.%I
                FOR EACH STATEMENT EXECUTE FUNCTION slow()', name);
        END LOOP;
    END $$";

/// A report that somebody makes, and that sees everything as it was when it began.
const ENDLESS_READER: &str = "
    BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM petiole.work; SELECT pg_sleep(600)";

/// Who acts is the database's clock to say, and what is slow only comes later.
#[test]
fn clocks_that_are_wrong_slow_statements_and_a_reader_that_does_not_end_change_nothing() {
    let Some(server) = server() else { return };
    let mut cluster = Cluster::empty(server);
    let library = preloadable(&cluster.trade.folder.0, "clock/shifted_clock.c");
    for shift in ["0", "3600", "-3600"] {
        let mut command = cluster.command();
        let node = Process::start(command.env("LD_PRELOAD", &library).env("CLOCK_SHIFT", shift), "listening");
        cluster.nodes.push(node);
    }
    let about = |node: &Process| get(&format!("{}/api/v1/status", node.url));
    let hours = cluster.nodes.iter().map(|node| about(node)["last_reload"]["at"].to_string()[..14].to_owned());
    assert!(hours.collect::<BTreeSet<_>>().len() > 1, "their clocks differ");
    cluster.subscribe();
    cluster.rests();
    let name = cluster.database.name.clone();
    std::thread::spawn(move || server.execute(&name, ENDLESS_READER));
    let reads = "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE backend_xmin IS NOT NULL
        AND datname = current_database() AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid())
        THEN RAISE 'nobody reads'; END IF; END $$";
    until("somebody reads", || server.execute(&cluster.database.name, reads).is_ok());
    cluster.database.execute(SLOW_STATEMENTS);
    let chance = SeededRandom::new(1);
    for _ in 0..12 {
        let last = calls(&cluster.trade) + chance.below(CALLS);
        (0..3).for_each(|_| act(&cluster.trade, &chance));
        until("it came so far, or nothing is left to do", || {
            calls(&cluster.trade) >= last || cluster.nodes.iter().all(|node| at_rest(&node.url))
        });
        cluster.once();
    }
    server.execute(&cluster.database.name, reads).expect("it reads still");
    cluster.agrees();
    let nodes = about(&cluster.nodes[0])["nodes"].as_array().unwrap().len();
    assert_eq!(nodes, cluster.nodes.len(), "none was given up");
    assert!(!cluster.trade.orders().is_empty(), "something crossed");
}

/// What the README has people try.
#[test]
fn the_script_of_the_example_starts_all_of_it_and_takes_it_away() {
    if server().is_none() {
        return;
    }
    let folder = Folder::new();
    let listeners: Vec<_> = (0..5).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let ports: Vec<String> = listeners.iter().map(|one| one.local_addr().unwrap().port().to_string()).collect();
    drop(listeners);
    let mut script = Command::new("bash")
        .arg("examples/cluster/local.sh")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PETIOLE", env!("CARGO_BIN_EXE_petiole"))
        .env("PORTS", ports.join(" "))
        .env("RULES", fast_rules(&folder.0))
        .env("TMPDIR", "/tmp")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(script.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("ready")).collect();
    let word =
        |name: &str| told.iter().filter_map(|line| line.strip_prefix(name)).next_back().unwrap().trim().to_owned();
    assert_eq!(told.iter().filter(|line| line.starts_with("node:")).count(), 2, "{told:?}");
    let submit = || send(Method::Post, &format!("http://127.0.0.1:{}/_control/submit", ports[1]), &json!({}));
    let crossed = || get(&format!("http://127.0.0.1:{}/_control/state", ports[2]))["orders"].as_array().unwrap().len();
    submit();
    until("an order crossed", || crossed() == 1);
    // The second node goes, and the first one does it all.
    let second = word("node:").split(['(', ')']).nth(1).unwrap().replace("process ", "");
    assert!(Command::new("kill").args(["-9", &second]).status().unwrap().success());
    submit();
    until("another crossed", || crossed() == 2);
    let logs = word("the logs:");
    assert!(Command::new("kill").args(["-TERM", &script.id().to_string()]).status().unwrap().success());
    assert!(script.wait().unwrap().success());
    assert!(!Path::new(&logs).exists(), "the folder goes with it");
    for port in ports {
        let is_free = TcpListener::bind(format!("127.0.0.1:{port}"));
        assert!(is_free.is_ok(), "something listens on {port} still");
    }
}
