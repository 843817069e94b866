//! `petiole simulate --days N --seeds A..B`: the whole service on a simulated world, once for each seed.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::arguments::{Arguments, SimulateArguments};
use super::exit_code;
use crate::diagnostic::render;
use crate::language;
use crate::runtime::observes;
use crate::simulation::{Outcome, Rules, run};
use crate::simulator::Roof;
use crate::world::{Files, ProcessEnvironment, SystemFiles, threads};

/// Seeds that are run at once between two words about them.
const ROW: u64 = 10;

/// Runs each seed; ends with the first row in which something may not be.
pub(super) fn simulate_seeds(arguments: &Arguments, simulate: &SimulateArguments, seeds: RangeInclusive<u64>) -> u8 {
    let files: Arc<dyn Files> = Arc::new(SystemFiles);
    let compiled = language::compile(files.as_ref(), std::slice::from_ref(&arguments.rules));
    let Some(plan) = compiled.plan else {
        eprint!("{}", render::render(&compiled.findings, &compiled.sources, arguments.color.on()));
        return exit_code::INVALID;
    };
    if plan.standing.iter().any(observes) && !arguments.quiet {
        eprintln!("petiole: `settings.mode` is not `live`, so nothing is written; with `live` it is");
    }
    let environment = Arc::new(ProcessEnvironment);
    let rules = Rules {
        plan,
        files,
        folder: arguments.rules.clone(),
        environment,
        shipped: simulate.shipped,
        planted: simulate.planted,
        provoked: simulate.planted,
        roof: simulate.accounts,
    };
    let (mut first, last) = (*seeds.start(), *seeds.end());
    let mut clean = 0_u64;
    loop {
        let row = ROW.min(last.saturating_sub(first).saturating_add(1));
        let count = usize::try_from(row).unwrap_or_default();
        let seed_at = |at: usize| first.saturating_add(u64::try_from(at).unwrap_or_default());
        let outcomes = threads::each(count, 1, |at| run(&rules, (seed_at(at), simulate.days)));
        for (at, outcome) in outcomes.iter().enumerate() {
            if let Some(wrong) = &outcome.wrong {
                tell(arguments, simulate, (seed_at(at), outcome, wrong));
                return exit_code::VIOLATED;
            }
        }
        clean = clean.saturating_add(row);
        if !arguments.quiet {
            let (calls, writes) =
                outcomes.iter().fold((0, 0), |(calls, writes), one| (calls + one.calls.0, writes + one.calls.1));
            println!(
                "{clean} seeds clean, up to seed {}; the last {row} made {calls} calls, {writes} of them writes",
                seed_at(count - 1)
            );
        }
        match first.checked_add(row).filter(|next| *next <= last) {
            Some(next) => first = next,
            None => return exit_code::OK,
        }
    }
}

fn tell(arguments: &Arguments, simulate: &SimulateArguments, (seed, outcome, wrong): (u64, &Outcome, &str)) {
    for line in outcome.last.iter().rev().take(simulate.trace).rev() {
        println!("{line}");
    }
    let shipped = if simulate.shipped { " --shipped" } else { "" };
    let name = |roof| Roof::ALL.into_iter().find(|(_, known)| *known == roof).map_or("", |(name, _)| name);
    let accounts = simulate.accounts.map(|roof| format!(" --accounts {}", name(roof))).unwrap_or_default();
    let rules = arguments.rules.display();
    println!("seed {seed} means {}", outcome.meant);
    println!("what may not be: {wrong}");
    println!(
        "again: petiole simulate --rules {rules} --days {}{shipped}{accounts} --seeds {seed}..{seed}",
        simulate.days
    );
}
