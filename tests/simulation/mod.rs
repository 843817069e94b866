//! The whole service on simulated days, seed by seed.
//!
//! `PETIOLE_SIMULATION_SEEDS=1..300` asks for other seeds than the few short ones of every run; a seed that fails is told
//! with the line that shows it again. `PETIOLE_SIMULATION_ACCOUNTS=brands|facilities|both` has them run with several
//! accounts in place of the shipped ones. What once failed stays in `corpus.txt`, with what it was.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use petiole::language;
use petiole::simulation::{Outcome, Rules, run};
use petiole::simulator::Roof;
use petiole::world::{Planted, SystemFiles, threads};

/// The seeds of a run without wishes: those whose days are short.
const SEEDS: [u64; 5] = [38, 50, 61, 73, 76];

/// Days of trade before the faults stop.
const DAYS: u64 = 1;

fn rules() -> Rules {
    Rules { shipped: true, ..rules_of("rules") }
}

fn rules_of(folder: &str) -> Rules {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let plan = language::compile(&SystemFiles, std::slice::from_ref(&folder)).plan.unwrap();
    Rules {
        plan,
        files: Arc::new(SystemFiles),
        folder,
        environment: Arc::new(|_: &str| None),
        shipped: false,
        planted: None,
        provoked: None,
        roof: None,
    }
}

/// A run: its seed, its days, and the accounts that take the place of the shipped ones.
type Run = (u64, u64, Option<Roof>);

/// Runs seeds on all threads; none finds anything.
fn clean(rules: impl Fn() -> Rules + Sync, runs: &[Run]) {
    let outcomes = threads::each(runs.len(), 1, |at| {
        let (seed, days, roof) = runs[at];
        run(&Rules { roof, ..rules() }, (seed, days))
    });
    let (mut wrong, rules) = (Vec::new(), rules());
    for ((seed, days, roof), Outcome { wrong: found, meant, .. }) in runs.iter().zip(outcomes) {
        let shipped =
            if rules.shipped { "--shipped".to_owned() } else { format!("--rules {}", rules.folder.display()) };
        let named = Roof::ALL.iter().find(|(_, known)| Some(*known) == *roof);
        let accounts = named.map(|(name, _)| format!(" --accounts {name}")).unwrap_or_default();
        let again = format!("petiole simulate {shipped}{accounts} --days {days} --seeds {seed}..{seed}");
        wrong.extend(found.map(|what| format!("{what}\nseed {seed} means {meant}\nagain: {again}\n")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_goes_wrong_both_sides_come_to_rest() {
    let wished = std::env::var("PETIOLE_SIMULATION_SEEDS").ok();
    let wished = wished.as_deref().and_then(|text| text.split_once(".."));
    let wished = wished.map(|(first, last)| (first.parse().unwrap()..=last.parse().unwrap()).collect());
    let seeds: Vec<u64> = wished.unwrap_or_else(|| SEEDS.to_vec());
    let roof = std::env::var("PETIOLE_SIMULATION_ACCOUNTS").ok().map(|name| Roof::named(&name).unwrap());
    clean(rules, &seeds.into_iter().map(|seed| (seed, DAYS, roof)).collect::<Vec<_>>());
}

/// Seeds of every run with several accounts in place of the shipped ones: those whose days are short.
const SEVERAL: [Run; 2] = [(23, DAYS, Some(Roof::Facilities)), (20_005, DAYS, Some(Roof::Both))];

/// Two facilities, two companies with brands of their own, and both: each account is in step, nothing lands at another
/// one, and what the warehouse has is offered by whoever may.
#[test]
fn several_accounts_come_to_rest_too() {
    clean(rules, &SEVERAL);
}

/// Every line is a seed, its days, where they are not the shipped ones its accounts, and what it found when it failed.
#[test]
fn what_once_failed_stays_mended() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/corpus.txt");
    let text = std::fs::read_to_string(corpus).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let number = |word: Option<&str>| word.unwrap().parse::<u64>().unwrap();
    let seeds = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (seed, days) = (number(words.next()), number(words.next()));
        (seed, days, words.next().and_then(|word| Roof::named(word.strip_suffix(':')?)))
    });
    clean(rules, &seeds.collect::<Vec<_>>());
}

/// Systems without a simulator are made from their files. Of several parcels of one order, seed 2 once linked whichever
/// came first, and after a start with an empty store another; with seed 1 a row with `from` that came to apply only by the
/// target's own change was heard only then.
#[test]
fn other_rules_come_to_rest_too() {
    clean(|| rules_of("examples/quickstart/rules"), &[1, 2, 3].map(|seed| (seed, DAYS, None)));
}

/// Nothing but the seed says what happens, or nothing that is found could be found again.
#[test]
fn one_seed_is_the_same_twice() {
    let rules = rules();
    // Its process is asked to end in between, which wakes many at once.
    let [first, second] = [(); 2].map(|()| run(&rules, (21, DAYS)));
    assert_eq!(first.number, second.number, "{:#?}\n{:#?}", first.last.last(), second.last.last());
    assert!(first.calls.1 > 20, "something happened: {:?}", first.calls);
}

/// What the judge has to find: a fault that is planted, how it is told, and the seed that is tried first: one that
/// showed it when it was chosen. More than half of all seeds show each.
const PLANTED: [(Planted, &str, u64); 21] = [
    (Planted::Parks, "unnamed", 1),
    (Planted::PutOff, "unnamed", 2),
    (Planted::Cursor, "unnamed", 1),
    (Planted::SentAgain, "doubled", 1),
    (Planted::SecondLook, "doubled", 1),
    (Planted::Rested, "unnamed", 1),
    (Planted::GoneAtOnce, "nobody takes anything away", 1),
    (Planted::Intents, "doubled", 1),
    (Planted::Silence, "which it does not want", 1),
    (Planted::Acknowledged, "is answered as taken, and nothing of", 1),
    (Planted::Sweeps, "unnamed", 4),
    (Planted::Generation, "do not serve", 1),
    (Planted::FirstRows, "has a ledger that is not so", 1),
    (Planted::Polls, "changes are to be looked for", 1),
    // Decisions are decided again only where the world is wide.
    (Planted::Journal, "cannot be decided from the journal", 10_001),
    (Planted::Signature, "never sent is taken", 1),
    (Planted::Pauses, "was put off and is looked at only", 1),
    (Planted::LostAnswer, "doubled", 1),
    (Planted::Budget, "times in a minute", 1),
    (Planted::FirstAccount, "which is of south", 1),
    (Planted::Nameless, "are offered", 1),
];

/// What one seed in three shows at most, and takes minutes: left to the long run.
const RARE: [(Planted, &str, u64); 4] = [
    (Planted::Turns, "doubled", 4),
    (Planted::Halfway, "unnamed", 5),
    (Planted::Attempts, "unnamed", 1),
    (Planted::Early, "unnamed", 4),
];

/// How many seeds are tried for each; of the rare ones, four times as many.
const TRIED: u64 = 12;

/// Looks for what is planted, each in its world: what was not found, and what was found instead.
fn missed(planted: &[(Planted, &str, u64)], tried: u64) -> Vec<String> {
    let found = threads::each(planted.len(), 1, |at| {
        let (planted, told, first) = planted[at];
        let planted = Rules { planted: Some(planted), provoked: Some(planted), ..rules() };
        let mut others = Vec::new();
        for seed in first..first + tried {
            match run(&planted, (seed, DAYS)).wrong {
                Some(wrong) if wrong.contains(told) => return Ok(seed),
                other => others.extend(other.map(|other| format!("seed {seed}: {other}"))),
            }
        }
        Err(others)
    });
    let missed = planted.iter().zip(&found).filter_map(|(planted, found)| Some((planted, found.as_ref().err()?)));
    missed.map(|(planted, others)| format!("{planted:?}; instead: {others:?}")).collect()
}

/// The judge can find something. `PETIOLE_SIMULATION_PLANTED=all` looks for the rare ones too, and whether the same seeds
/// are clean without.
#[test]
fn what_is_planted_is_found() {
    let mut missing = missed(&PLANTED, TRIED);
    let all = std::env::var("PETIOLE_SIMULATION_PLANTED").is_ok_and(|which| which == "all");
    if all {
        missing.extend(missed(&RARE, 4 * TRIED));
    }
    assert!(missing.is_empty(), "not found: {}", missing.join("\n"));
    if all {
        for (planted, _, first) in PLANTED.into_iter().chain(RARE) {
            let seeds: Vec<_> = (first..first + TRIED).map(|seed| (seed, DAYS, None)).collect();
            clean(|| Rules { provoked: Some(planted), ..rules() }, &seeds);
        }
    }
}
