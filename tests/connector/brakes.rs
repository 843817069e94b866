//! Rate limit, pauses that peers ask for, breaker and back-off.

use super::*;

#[tokio::test]
async fn the_peers_own_waits_are_kept() {
    let bench = Bench::new(vec![
        answer_with(429, ("Retry-After", "20"), ""),
        answer(404, NOT_THERE),
        answer_with(404, ("Retry-After", "Mon, 05 Jan 2026 13:00:00 GMT"), NOT_THERE),
    ]);
    let order = bench.order();
    assert_eq!(bench.connector.read(&order, "1").await.unwrap(), None);
    assert_eq!(bench.clock.now(), "2026-01-05T12:00:20Z".parse().unwrap(), "it waited and asked again");
    bench.connector.read(&order, "1").await.unwrap();
    let long = bench.connector.read(&order, "1").await.unwrap_err();
    assert_eq!(long.retry_after(), Some(Duration::from_secs(3580)), "it does not sit out an hour");
    assert_eq!(bench.asked().len(), 3);
}

#[tokio::test]
async fn a_peer_that_only_throttles_is_left_alone_in_the_end() {
    let bench = Bench::new((0..9).map(|_| answer_with(429, ("Retry-After", "20"), "")).collect());
    let order = bench.order();
    let tired = bench.connector.read(&order, "1").await.unwrap_err();
    assert_eq!((bench.asked().len(), tired.retry_after()), (4, Some(Duration::from_secs(20))));
    assert_eq!(bench.connector.paused_until(), Some("2026-01-05T12:01:20Z".parse().unwrap()));
}

#[tokio::test]
async fn an_emptied_budget_pauses_until_its_reset() {
    let mut spent = answer_with(404, ("RateLimit-Remaining", "0"), NOT_THERE).unwrap();
    spent.headers.push(("RateLimit-Reset".to_owned(), "9".to_owned()));
    let bench = Bench::new(vec![Ok(spent)]);
    bench.connector.read(&bench.order(), "1").await.unwrap();
    assert_eq!(bench.connector.paused_until(), Some("2026-01-05T12:00:09Z".parse().unwrap()));
}

#[tokio::test]
async fn what_the_peer_counts_as_made_leaves_less_to_a_process_that_made_none() {
    let mut system = shop();
    system.allowance.used = Some("X-Made".to_owned());
    let full = || answer_with(404, ("X-Made", "5/5"), NOT_THERE);
    let bench = Bench::with(system, (0..4).map(|_| full()).collect());
    let order = bench.order();
    for _ in 0..4 {
        bench.connector.read(&order, "1").await.unwrap();
    }
    // Sixty in a minute are one a second: what leaks away is what may be made, burst or not.
    assert_eq!(bench.clock.now(), "2026-01-05T12:00:03Z".parse().unwrap());
    let mut odd = answer_with(429, ("Retry-After", "2.0"), "").unwrap();
    odd.headers.push(("X-Made".to_owned(), "no/number".to_owned()));
    let bench = Bench::new(vec![Ok(odd), answer(404, NOT_THERE)]);
    bench.connector.read(&bench.order(), "1").await.unwrap();
    assert_eq!(bench.clock.now(), "2026-01-05T12:00:02Z".parse().unwrap(), "a fraction of seconds is a wait, too");
}

#[tokio::test]
async fn calls_are_spread_over_the_minute() {
    let bench = Bench::new((0..20).map(|_| answer(404, NOT_THERE)).collect());
    let order = bench.order();
    for _ in 0..20 {
        bench.connector.read(&order, "1").await.unwrap();
    }
    assert_eq!(bench.clock.now(), "2026-01-05T12:00:15Z".parse().unwrap(), "a burst of five, then one a second");
}

#[tokio::test]
async fn the_breaker_opens_probes_and_closes() {
    let down = || answer(503, "");
    let bench = Bench::new(vec![
        down(),
        down(),
        down(),
        down(),
        down(),
        down(),
        answer(404, NOT_THERE),
        answer(404, NOT_THERE),
    ]);
    let order = bench.order();
    for _ in 0..5 {
        assert!(bench.connector.read(&order, "1").await.is_err());
    }
    let BreakerState::Open { until } = bench.connector.breaker() else { panic!("it should be open") };
    let held = bench.connector.read(&order, "1").await.unwrap_err();
    assert!(held.to_string().starts_with("failed for now: not sent: the breaker is open"), "{held}");
    assert_eq!(held.retry_after(), Some(until.duration_since(bench.clock.now()).unsigned_abs()));
    assert_eq!(bench.asked().len(), 5);

    bench.clock.sleep(Duration::from_secs(5)).await;
    assert!(bench.connector.read(&order, "1").await.is_err(), "the probe fails");
    let BreakerState::Open { until: later } = bench.connector.breaker() else { panic!("it should be open again") };
    assert!(later.duration_since(bench.clock.now()).unsigned_abs() >= Duration::from_secs(5), "for longer");
    let renewed = bench.connector.renewed(Arc::clone(&bench.system), account());
    assert_eq!(renewed.breaker(), bench.connector.breaker(), "new rules do not forget");

    bench.clock.sleep(Duration::from_secs(10)).await;
    assert!(bench.connector.read(&order, "1").await.unwrap().is_none());
    assert_eq!(bench.connector.breaker(), BreakerState::Closed);
    assert!(bench.connector.read(&order, "1").await.unwrap().is_none());
}

#[test]
fn back_off_grows_is_jittered_and_respects_the_peer() {
    let random = SeededRandom::new(1);
    for attempt in 1..40 {
        let ceiling = Duration::from_secs(1 << (attempt - 1).min(20)).min(Duration::from_mins(5));
        assert!(backoff::delay(attempt, None, &random) <= ceiling);
    }
    let hour = Duration::from_hours(1);
    assert_eq!(backoff::delay(1, Some(hour), &random), hour);
    let spread: BTreeSet<Duration> = (0..20).map(|_| backoff::delay(9, None, &random)).collect();
    assert!(spread.len() > 10);
}

#[tokio::test]
async fn no_wait_that_a_peer_names_undercuts_our_own_back_off() {
    for word in ["0", "Mon, 05 Jan 2026 11:00:00 GMT"] {
        let bench = Bench::new(vec![answer_with(429, ("Retry-After", word), "")]);
        let found = bench.connector.create(&bench.order(), &Record::new()).await.unwrap_err();
        assert!(found.is_transient());
        assert_eq!((found.retry_after(), bench.asked().len()), (None, 1), "said once, then our own back-off: {word}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_holds_up_no_call() {
    let down = || answer(503, "");
    let throttled = answer_with(404, ("Retry-After", "20"), NOT_THERE);
    let good = || answer(404, NOT_THERE);
    let bench = Bench::new(vec![throttled, good(), down(), down(), down(), down(), down(), good()]);
    let order = bench.order();
    bench.connector.read(&order, "1").await.unwrap();
    bench.clock.set_back(jiff::SignedDuration::from_hours(2));
    assert_eq!(bench.connector.paused_until(), Some("2026-01-05T10:00:20Z".parse().unwrap()));
    bench.clock.sleep(Duration::from_secs(20)).await;
    assert_eq!(bench.connector.paused_until(), None);
    bench.connector.read(&order, "1").await.unwrap();
    for _ in 0..5 {
        assert!(bench.connector.read(&order, "1").await.is_err());
    }
    bench.clock.set_back(jiff::SignedDuration::from_hours(2));
    bench.clock.sleep(Duration::from_secs(5)).await;
    assert!(bench.connector.read(&order, "1").await.unwrap().is_none(), "the probe passes when its time has come");
}

#[tokio::test]
async fn what_is_left_is_read_where_the_system_says_it() {
    use petiole::language::plan::ResetForm;
    let made = |used: Option<&str>, form| Allowance {
        remaining: "X-Left".to_owned(),
        used: used.map(str::to_owned),
        reset: "X-Again".to_owned(),
        form,
    };
    let cases = [
        (made(None, ResetForm::Seconds), ("X-Left", "0"), Some("9"), Some("2026-01-05T12:00:09Z")),
        (made(None, ResetForm::Seconds), ("X-Left", "1/40"), Some("9"), None),
        (made(None, ResetForm::Seconds), ("X-Left", "0"), None, None),
        (made(None, ResetForm::Milliseconds), ("x-left", "0/40"), Some("2500"), Some("2026-01-05T12:00:02.5Z")),
        (made(None, ResetForm::Epoch), ("X-Left", "0"), Some("1767614407"), Some("2026-01-05T12:00:07Z")),
        // A bucket that leaks has room again soon.
        (made(Some("X-Made"), ResetForm::Either), ("X-Made", "40/40"), None, Some("2026-01-05T12:00:01Z")),
        (made(Some("X-Made"), ResetForm::Either), ("X-Made", "39/40"), None, None),
        (made(Some("X-Made"), ResetForm::Either), ("X-Made", "many"), None, None),
        (made(Some("X-Made"), ResetForm::Either), ("X-Left", "0"), Some("9"), None),
    ];
    for (allowance, header, again, until) in cases {
        let mut answer = answer_with(404, header, NOT_THERE).unwrap();
        answer.headers.extend(again.map(|text| ("X-Again".to_owned(), text.to_owned())));
        let bench = Bench::with(System { allowance: allowance.clone(), ..shop() }, vec![Ok(answer)]);
        bench.connector.read(&bench.order(), "1").await.unwrap();
        assert_eq!(bench.connector.paused_until(), until.map(|text| text.parse().unwrap()), "{allowance:?} {header:?}");
    }
}
