//! How single values are spelt: whatever is written reads as what it was, and what cannot be written exactly is not.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use petiole::value::notation::{instant_as, instant_from, zones};
use petiole::value::{Notation, Value};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn local(zone: &str) -> Notation {
    Notation::Local(TimeZone::get(zone).unwrap())
}

fn at(text: &str) -> Value {
    Value::Timestamp(text.parse().unwrap())
}

/// Instants from 1900 to 2100, to the nanosecond.
fn instants() -> impl Strategy<Value = Timestamp> {
    (-2_208_988_800_i64..4_102_444_800, 0_i32..1_000_000_000)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

/// Whether clocks there show this time twice, so that only one of the two can be meant.
fn is_twice(notation: &Notation, instant: Timestamp) -> bool {
    let Notation::Local(zone) = notation else { return false };
    zone.to_ambiguous_zoned(instant.to_zoned(zone.clone()).datetime()).is_ambiguous()
}

proptest! {
    #[test]
    fn instants_come_back(instant in instants(), zone in 0_usize..400) {
        let whole = Timestamp::from_second(instant.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap()).unwrap();
        let milli = Timestamp::from_millisecond(instant.as_nanosecond().div_euclid(1_000_000).try_into().unwrap()).unwrap();
        let zones = zones();
        let there = local(&zones[zone % zones.len()]);
        for (notation, kept) in [(Notation::Seconds, whole), (Notation::Milliseconds, milli), (there, instant)] {
            if is_twice(&notation, instant) {
                continue;
            }
            let written = notation.write(&Value::Timestamp(instant)).unwrap();
            prop_assert_eq!(notation.read(&written), Some(Value::Timestamp(kept)), "{:?} {}", notation, written);
            // Digits as text are the same.
            let text = Value::text(written.to_key().unwrap());
            prop_assert_eq!(notation.read(&text), Some(Value::Timestamp(kept)));
        }
        for form in ["seconds", "America/Denver", "%Y-%m-%dT%H:%M:%S"] {
            let text = instant_as(form, whole).unwrap();
            if form.contains('/') && is_twice(&local(form), whole) {
                continue;
            }
            prop_assert_eq!(instant_from(form, &text), Some(whole), "{} {}", form, text);
        }
    }

    #[test]
    fn amounts_come_back_or_are_not_written(mantissa in any::<i64>(), scale in 0_u32..8, places in 0_u32..7) {
        let number = Decimal::from_i128_with_scale(mantissa.into(), scale);
        let minor = Notation::MinorUnits(places);
        match minor.write(&Value::Decimal(number)) {
            Some(Value::Integer(units)) => {
                prop_assert_eq!(minor.read(&Value::Integer(units)), Some(Value::Decimal(number.normalize())));
                prop_assert_eq!(minor.read(&Value::text(units.to_string())), Some(Value::Decimal(number.normalize())));
            }
            // Nothing is rounded: there are smaller parts than the unit, or more units than can be counted.
            other => {
                prop_assert_eq!(other, None);
                let units = number.normalize().mantissa().checked_mul(10_i128.pow(places));
                let finer = number.normalize().scale() > places;
                prop_assert!(finer || units.is_none_or(|units| units / 10_i128.pow(number.normalize().scale()) > i64::MAX.into()
                    || units / 10_i128.pow(number.normalize().scale()) < i64::MIN.into()));
            }
        }
        let written = Notation::Comma.write(&Value::Decimal(number)).unwrap();
        prop_assert!(!written.to_string().contains('.'));
        prop_assert_eq!(Notation::Comma.read(&written), Some(Value::Decimal(number.normalize())));
    }

    #[test]
    fn truths_come_back(yes in "[A-Za-z0-9]{1,6}", no in "[A-Za-z0-9]{1,6}") {
        prop_assume!(yes != no);
        let words = Notation::Words(yes, no);
        for truth in [true, false] {
            let written = words.write(&Value::Bool(truth)).unwrap();
            prop_assert_eq!(words.read(&written), Some(Value::Bool(truth)), "{:?} {}", words, written);
        }
    }
}

#[test]
fn a_local_time_that_clocks_show_twice_is_the_earlier() {
    let denver = local("America/Denver");
    // Clocks went back from 02:00 to 01:00 on 2026-11-01.
    assert_eq!(denver.read(&Value::text("2026-11-01T01:30:00")), Some(at("2026-11-01T07:30:00Z")));
    for instant in ["2026-11-01T07:30:00Z", "2026-11-01T08:30:00Z"] {
        assert_eq!(denver.write(&at(instant)), Some(Value::text("2026-11-01T01:30:00")));
    }
    // And leapt from 02:00 to 03:00 on 2026-03-08: what no clock showed is as much later.
    assert_eq!(denver.read(&Value::text("2026-03-08 02:30:00")), Some(at("2026-03-08T09:30:00Z")));
    // A text that says its offset, or nothing, is believed.
    assert_eq!(denver.read(&Value::text("2026-11-01T01:30:00-07:00")), Some(at("2026-11-01T08:30:00Z")));
    assert_eq!(denver.read(&Value::text("2026-07-01")), Some(at("2026-07-01T06:00:00Z")));
    for none in ["", " ", "0001-01-01T00:00:00"] {
        assert_eq!(denver.read(&Value::text(none)), Some(Value::Null), "{none:?}");
    }
    assert_eq!(denver.read(&Value::text("yesterday")), None);
}

#[test]
fn what_is_no_such_value_is_not_guessed() {
    for text in ["12.5", "1.23", "1,2,3", "1234.567,5", "", ".5", "x"] {
        let read = Notation::Comma.read(&Value::text(text));
        assert!(read.is_none() || read == Some(Value::Null), "{text:?}: {read:?}");
    }
    for (text, number) in [("1.234,50", "1234.5"), ("-1.234.567", "-1234567"), ("0,05", "0.05"), ("1234,5", "1234.5")] {
        assert_eq!(Notation::Comma.read(&Value::text(text)), Some(Value::Decimal(number.parse().unwrap())), "{text}");
    }
    // Milliseconds where seconds are meant are no instant of any calendar.
    assert_eq!(Notation::Seconds.read(&Value::Integer(1_767_614_400_000)), None);
    let taxed = Notation::Words("taxable".to_owned(), "none".to_owned());
    assert_eq!(taxed.read(&Value::text("TAXABLE")), Some(Value::Bool(true)));
    assert_eq!(taxed.read(&Value::text("shipping")), None);
    assert_eq!(instant_as("fortnights", Timestamp::UNIX_EPOCH), None);
}
