//! How long changes take to cross: by pipeline since the service began, and by hour of the last day as a drawing.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::frame::Visit;
use super::parts::command;
use crate::runtime::memory::meter::{HOURS_KEPT, Histogram, LAG_BOUNDS, Meter};
use crate::value::timestamp;
use crate::view::told::counted;

/// The drawing's height, and the width of an hour with the gap behind it, in units of its own.
const HEIGHT: usize = 56;
const HOUR: usize = 20;
const GAP: usize = 4;

/// The card.
pub(super) fn crossing(meter: &Meter, visit: &Visit) -> Markup {
    let lags = meter.lags();
    html! {
        section.card {
            h2 { "Time to cross" }
            @if lags.is_empty() {
                p { "No change crossed since the service began." }
            } @else {
                table.numbers {
                    thead { tr {
                        th scope="col" { "Pipeline" } th.left scope="col" { "Told by" } th scope="col" { "Changes" }
                        th scope="col" { "Half within" } th scope="col" { "95 % within" }
                    } }
                    tbody { @for ((pipeline, source), histogram) in &lags {
                        tr {
                            th scope="row" { (pipeline) }
                            td.left { (source) }
                            td { (histogram.count) }
                            td { (bound(histogram, 50)) }
                            td { (bound(histogram, 95)) }
                        }
                    } }
                }
                (day(&meter.hours(), visit.now))
            }
            (command(&format!("curl -s {}/metrics | grep petiole_lag", visit.host)))
        }
    }
}

/// The last day, an hour at a time: how far half of the changes and 95 % of them lie up the ranges.
fn day(hours: &[(Timestamp, Histogram)], now: Timestamp) -> Markup {
    let width = HOUR.saturating_mul(HOURS_KEPT);
    let shown: Vec<(usize, &(Timestamp, Histogram))> =
        hours.iter().filter_map(|hour| Some((place(hour.0, now)?, hour))).collect();
    html! {
        svg.hours viewBox=(format!("0 0 {width} {HEIGHT}")) preserveAspectRatio="none" role="img"
            aria-label="Time to cross in each of the last 24 hours" {
            @for (at, (begin, histogram)) in shown {
                g {
                    title { (told(*begin, histogram)) }
                    (bar("most", at, histogram.within(95)))
                    (bar("half", at, histogram.within(50)))
                }
            }
        }
        p.dim { "The last 24 hours: how long half of the changes took, and behind it 95 % of them." }
    }
}

/// Which of the hours up to now one is, counted from the left.
fn place(begin: Timestamp, now: Timestamp) -> Option<usize> {
    let ago = usize::try_from(now.duration_since(begin).max(SignedDuration::ZERO).as_hours()).ok()?;
    HOURS_KEPT.checked_sub(ago.checked_add(1)?)
}

fn bar(class: &str, at: usize, within: Option<f64>) -> Markup {
    let known = within.and_then(|within| LAG_BOUNDS.iter().position(|bound| *bound >= within));
    let step = known.unwrap_or(LAG_BOUNDS.len()).saturating_add(1);
    let height = HEIGHT.saturating_mul(step).checked_div(LAG_BOUNDS.len().saturating_add(1)).unwrap_or_default();
    html! {
        rect.(class) x=(at.saturating_mul(HOUR)) y=(HEIGHT.saturating_sub(height)) width=(HOUR - GAP) height=(height) {}
    }
}

fn told(begin: Timestamp, histogram: &Histogram) -> String {
    let (half, most) = (bound(histogram, 50), bound(histogram, 95));
    let changes = counted(histogram.count, "change");
    format!("{}: {changes}, half within {half}, 95 % within {most}", timestamp::text_to_second(begin))
}

/// The bound as people read it.
fn bound(histogram: &Histogram, percent: u64) -> String {
    match histogram.within(percent) {
        Some(bound) if bound < 60.0 => format!("{bound} s"),
        Some(bound) => format!("{:.0} min", bound / 60.0),
        None => "longer".to_owned(),
    }
}
