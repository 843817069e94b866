//! The metrics: their names, which stay, what each says, and how they are written for Prometheus.
//!
//! The table is all there is: what is not in it cannot be written, and what is in it is always there, also before
//! anything was counted. `rules/METRICS.md` is made from it.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};

/// What a number does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Only grows, while the process lives.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by range.
    Histogram,
}

impl Sort {
    fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub sort: Sort,
    /// By what it is told apart.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub about: &'static str,
}

macro_rules! metrics {
    ($($constant:ident = $name:literal $sort:ident [$($label:literal),*] $about:literal;)*) => {
        $(#[doc = $about]
        pub const $constant: &Metric =
            &Metric { name: $name, sort: Sort::$sort, labels: &[$($label),*], about: $about };)*

        /// All of them, as they are written.
        pub const METRICS: &[&Metric] = &[$($constant),*];
    };
}

metrics! {
    EVENTS = "petiole_events_total" Counter ["account", "source"]
        "Records that were taken up to be looked at, by what told of them.";
    DECISIONS = "petiole_decisions_total" Counter ["effect"] "Decisions, by whether they led to anything.";
    CALLS = "petiole_calls_total" Counter ["account", "kind", "status"]
        "Requests to peers, by what they were for and the status of the answer; `none` where none came.";
    LAG = "petiole_lag_seconds" Histogram ["pipeline", "source"]
        "From a change at its system to the settled write; of records that say no time, from when it was heard of.";
    QUEUE = "petiole_queue" Gauge ["bucket"]
        "Records that are not done, by where they stand; of the inbox its entries.";
    QUEUE_AGE = "petiole_queue_oldest_seconds" Gauge ["bucket"]
        "How long the oldest of each bucket has been waiting.";
    WORK_PENDING = "petiole_work_pending" Gauge []
        "Records with work that has not started, those to be retried included.";
    WORK_IN_FLIGHT = "petiole_work_in_flight" Gauge [] "Records being worked on.";
    HELD_BY_RULE = "petiole_held_by_rule" Gauge []
        "Records that a `hold when` has wait, as far as they were looked at.";
    PARKED = "petiole_parked" Gauge [] "Entries of the inbox.";
    LINKS = "petiole_links" Gauge [] "Links between records.";
    BUDGET = "petiole_budget_per_minute" Gauge ["account"] "Calls that an account's peer takes in a minute.";
    BUDGET_LEFT = "petiole_budget_left" Gauge ["account"] "Calls that could begin at once.";
    BUDGET_SHORT = "petiole_budget_short_seconds" Gauge ["account"]
        "For how long every call has had to wait for its turn.";
    BREAKER = "petiole_breaker_open" Gauge ["account"] "Whether calls to a peer are held back.";
    GENERATION = "petiole_generation" Gauge [] "The generation of rules in service.";
    RULES_CURRENT = "petiole_rules_current" Gauge []
        "Whether the rule files are what serves: 0, the last good ones do.";
    RELOADS = "petiole_reloads_total" Counter ["result"] "Times that the rules were read anew, by how that ended.";
    LAST_SWEEP = "petiole_last_sweep_seconds" Gauge [] "How long ago the last sweep began that came to its end.";
    LAST_POLL = "petiole_last_poll_seconds" Gauge ["account"]
        "How long ago a look for an account's changes came to its end; of the accounts that this process looks at.";
    WEBHOOKS = "petiole_webhooks_total" Counter ["account"] "Webhooks that were taken.";
    WEBHOOKS_REFUSED = "petiole_webhooks_refused_total" Counter ["account", "status"] "Webhooks that were not taken.";
    ALARM = "petiole_alarm" Gauge ["alarm", "subject"] "Alarms that stand.";
    STORE_BYTES = "petiole_store_bytes" Gauge [] "What the store takes of its disk.";
    LOG_DROPPED = "petiole_log_lines_dropped_total" Counter [] "Log lines that could not be written.";
    CONNECTIONS = "petiole_connections" Gauge [] "Connections that clients hold.";
    CONNECTIONS_MAX = "petiole_connections_max" Gauge [] "Connections that clients may hold at once.";
    CONNECTIONS_CLOSED = "petiole_connections_closed_total" Counter ["why"]
        "Connections that were closed unasked or not taken.";
}

/// What a histogram has counted.
#[derive(Clone, Copy, Debug)]
pub struct Ranges<'a> {
    /// The upper ends of the ranges.
    pub bounds: &'a [f64],
    /// How many are in each, on its own.
    pub counts: &'a [u64],
    /// How many there are, also beyond the last end.
    pub count: u64,
    /// What they come to together.
    pub sum: f64,
}

/// The text for Prometheus, filled line by line.
#[derive(Debug, Default)]
pub struct Exposition(BTreeMap<&'static str, String>);

impl Exposition {
    /// A value, with as many labels as the metric has.
    pub fn put(&mut self, metric: &Metric, labels: &[&str], value: impl Display) {
        self.line(metric, ("", None), labels, value);
    }

    /// A histogram.
    pub fn histogram(&mut self, metric: &Metric, labels: &[&str], Ranges { bounds, counts, count, sum }: Ranges<'_>) {
        let mut so_far = 0;
        for (bound, own) in bounds.iter().zip(counts) {
            so_far += own;
            self.line(metric, ("_bucket", Some(&bound.to_string())), labels, so_far);
        }
        self.line(metric, ("_bucket", Some("+Inf")), labels, count);
        self.line(metric, ("_sum", None), labels, sum);
        self.line(metric, ("_count", None), labels, count);
    }

    fn line(&mut self, metric: &Metric, (end, bound): (&str, Option<&str>), labels: &[&str], value: impl Display) {
        let own = metric.labels.iter().copied().zip(labels.iter().copied());
        let pairs = own.chain(bound.map(|bound| ("le", bound)));
        let pairs: Vec<String> = pairs.map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let pairs = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        let _ = writeln!(self.0.entry(metric.name).or_default(), "{}{end}{pairs} {value}", metric.name);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

impl Display for Exposition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Metric { name, sort, about, .. } in METRICS {
            let lines = self.0.get(name).map_or("", String::as_str);
            write!(out, "# HELP {name} {about}\n# TYPE {name} {}\n{lines}", sort.as_str())?;
        }
        Ok(())
    }
}

/// All metrics and alarms as a Markdown page: the text of `rules/METRICS.md`.
pub fn reference(alarms: &[(&str, &str, &str)]) -> String {
    let mut page = "# Metrics and alarms\n\nMade from the program. `GET /metrics` answers with these, as Prometheus \
                    reads them; names and labels stay.\n\n| Metric | Sort | Labels | What it says |\n\
                    |---|---|---|---|\n"
        .to_owned();
    for Metric { name, sort, labels, about } in METRICS {
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(page, "| `{name}` | {} | {} | {about} |", sort.as_str(), labels.join(", "));
    }
    page.push_str(
        "\n`source` is what told of a change: `webhook`, `poll`, `sweep`, `retry`, `asked` (a person), `made` (petiole \
         itself), `stirred` (a record that it is made from). `bucket` is `waiting`, `in_flight`, `retrying`, \
         `parked` or `held`. Counters begin anew with the process.\n\n## Alarms\n\nEach is told to \
         `notify.webhook` once when it begins and once when it is over, and stands in `petiole status` and in \
         `petiole_alarm` meanwhile. The limits are settings; `0s` switches one off.\n\n\
         | Alarm | Limit | Begins when |\n|---|---|---|\n",
    );
    for (name, limit, about) in alarms {
        let _ = writeln!(page, "| `{name}` | {limit} | {about} |");
    }
    page
}
