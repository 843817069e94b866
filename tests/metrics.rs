//! What is counted and told: every metric of the reference is there and no other, the numbers follow what happens, and
//! alarms are told once when they begin and once when they are over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use petiole::runtime::service::signals::ALARMS;
use petiole::server::metric::{METRICS, reference};
use petiole::world::Method;
use serde_json::json;

use crate::notify::Listener;
use crate::support::{Process, Trade, at_rest, get, http, until};

#[test]
fn metrics_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/METRICS.md");
    let now = reference(ALARMS);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "rules/METRICS.md is not what is counted; refresh it with UPDATE=1 cargo test metrics_reference"
    );
}

fn text(service: &Process) -> String {
    let answer = http(Method::Get, &format!("{}/metrics", service.url), &[], b"");
    String::from_utf8(answer.body).unwrap()
}

/// The samples by name with labels.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.into(), value.parse().unwrap()))
        .collect()
}

/// The sum over all labels that have this in them.
fn sum(service: &Process, name: &str, label: &str) -> f64 {
    let of = |sample: &String| sample.split('{').next() == Some(name) && sample.contains(label);
    samples(&text(service)).iter().filter(|(sample, _)| of(sample)).map(|(_, value)| value).sum()
}

#[test]
fn every_metric_is_there_and_counts_what_happens() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    trade.subscribe(&service);
    until("the service is at rest", || at_rest(&service.url));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    until("the orders crossed", || trade.orders().len() == 2 && at_rest(&service.url));
    let all = text(&service);
    let typed: Vec<&str> = all.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let names: BTreeSet<&str> = typed.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, METRICS.iter().map(|metric| metric.name).collect(), "no other and none missing");
    assert_eq!(typed.len(), names.len());
    for (sample, _) in samples(&all) {
        let name = sample.split('{').next().unwrap();
        let ends = ["_bucket", "_sum", "_count"].iter().filter_map(|end| name.strip_suffix(end));
        let known = ends.chain([name]).find_map(|name| METRICS.iter().find(|metric| metric.name == name));
        let metric = known.unwrap_or_else(|| panic!("{sample} is in no table"));
        let own: Vec<&str> =
            metric.labels.iter().copied().filter(|label| sample.contains(&format!("{label}=\""))).collect();
        assert_eq!(own, metric.labels, "{sample}");
    }
    assert!(sum(&service, "petiole_events_total", "source=\"webhook\"") >= 2.0);
    assert!(sum(&service, "petiole_webhooks_total", "account=\"leaflink\"") >= 2.0);
    assert!(sum(&service, "petiole_calls_total", "account=\"flourish\",kind=\"create\",status=\"20") >= 2.0);
    let crossed = sum(&service, "petiole_lag_seconds_count", "pipeline=\"orders\"");
    assert!(crossed >= 2.0, "{all}");
    assert!(
        (sum(&service, "petiole_lag_seconds_bucket", "le=\"+Inf\"") - sum(&service, "petiole_lag_seconds_count", ""))
            .abs()
            < 0.5
    );
    assert!(sum(&service, "petiole_store_bytes", "") > 10_000.0);
    // Ranges only grow to their end.
    let mut last = BTreeMap::<String, f64>::new();
    for line in all.lines().filter(|line| line.starts_with("petiole_lag_seconds_bucket")) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let of = name.split("le=").next().unwrap().to_owned();
        let value: f64 = value.parse().unwrap();
        assert!(last.insert(of, value).is_none_or(|before| before <= value), "{line}");
    }
    // One waits for a person, one is tried again, one is held.
    trade.faults(&trade.flourish, &json!({ "error_before_every": 1 }));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("it is put off", || sum(&service, "petiole_queue", "bucket=\"retrying\"") > 0.5);
    until("its age is told", || sum(&service, "petiole_queue_oldest_seconds", "bucket=\"retrying\"") > 0.0);
    until("the breaker is told", || sum(&service, "petiole_breaker_open", "account=\"flourish\"") > 0.5);
    trade.faults(&trade.flourish, &json!({}));
    let held = trade.command(&["hold", "orders"]).output().unwrap();
    assert!(held.status.success());
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("it is held", || sum(&service, "petiole_queue", "bucket=\"held\"") > 0.5);
    let reloads = || sum(&service, "petiole_reloads_total", "result=\"failed\"");
    let good = std::fs::read_to_string(trade.rules.join("ownership.yaml")).unwrap();
    std::fs::write(trade.rules.join("ownership.yaml"), good.replace("orders:", "ordrs:")).unwrap();
    until("the failed reload is counted", || reloads() > 0.5 && sum(&service, "petiole_rules_current", "") < 0.5);
}

fn set(trade: &Trade, from: &str, to: &str) {
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

fn alarms(listener: &Listener, (alarm, subject): (&str, &str), state: &str) -> usize {
    listener
        .told("alarm")
        .iter()
        .filter(|one| one["alarm"] == alarm && one["subject"] == subject && one["state"] == state)
        .count()
}

#[test]
fn what_is_slow_or_silent_is_told_when_it_begins_and_when_it_is_over() {
    let listener = Listener::start();
    let trade = Trade::start();
    set(&trade, "webhook: \"\"", &format!("webhook: {}", listener.url));
    set(&trade, "    lag: 15m", "    lag: 1s");
    set(&trade, "    webhooks: 30m", "    webhooks: 1s");
    // Nobody sends a webhook: polls find every change.
    let service = trade.run("300ms");
    until("the service is at rest", || at_rest(&service.url));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    until("the silence is told", || alarms(&listener, ("webhooks-silent", "leaflink"), "begins") >= 1);
    let status = get(&format!("{}/api/v1/status", service.url));
    assert!(status["alarms"].to_string().contains("leaflink sent no webhook for"), "{status:#}");
    trade.subscribe(&service);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("its end is told", || alarms(&listener, ("webhooks-silent", "leaflink"), "over") >= 1);

    trade.faults(&trade.flourish, &json!({ "error_before_every": 1 }));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    // On a busy machine the orders before may have been slow, too.
    let lags = |state: &str| alarms(&listener, ("lag", ""), state);
    until("the lag is told", || lags("begins") > lags("over"));
    until("the breaker is told", || listener.told("breaker_open").len() == 1);
    drop(service);
    // A restart repeats nothing, and knows what it owes.
    trade.faults(&trade.flourish, &json!({}));
    let service = trade.run("300ms");
    until("the lag's end is told", || lags("over") >= 1);
    until("all crossed", || trade.orders().len() == 5 && at_rest(&service.url));
    // What comes later may be slow in its turn.
    let told: Vec<_> = listener.told("alarm").into_iter().filter(|one| one["alarm"] == "lag").collect();
    let mut states: Vec<&str> = told.iter().filter_map(|one| one["state"].as_str()).collect();
    // Killed after it was told and before that was noted, it is told once more.
    states.dedup();
    assert_eq!(states.get(..2), Some(&["begins", "over"][..]), "{told:?}");
    let last = || listener.told("alarm").into_iter().rfind(|one| one["alarm"] == "lag");
    until("no lag is left", || last().is_some_and(|one| one["state"] == "over"));
    let left = get(&format!("{}/api/v1/status", service.url))["alarms"].to_string();
    assert!(!left.contains("is not across"), "{left}");
}
