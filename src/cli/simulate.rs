//! `petiole simulate`: a simulated system, or a peer made from a system file, as a server.

use std::path::Path;
use std::sync::Arc;

use super::arguments::{Arguments, SimulateArguments};
use super::exit_code;
use crate::diagnostic::render;
use crate::language;
use crate::peer::Peer;
use crate::simulator::{self, Faults, Options, Simulator, Size, Subscription, Trade};
use crate::world::files::Entry;
use crate::world::{Files, World};

/// Serves until a signal.
pub async fn simulate(arguments: &Arguments, simulate: &SimulateArguments) -> u8 {
    let named = simulate.system.as_deref().unwrap_or_default();
    let world = match World::real() {
        Ok(world) => world,
        Err(error) => {
            eprintln!("petiole: {error}");
            return exit_code::FAILED;
        }
    };
    let (mut system, base_path) = match system(arguments, (simulate, named), world.files.as_ref()) {
        Ok(found) => found,
        Err(code) => return code,
    };
    system.set_webhook_key(simulate.webhook_key.clone());
    let webhook = simulate.webhook.clone().map(|url| Subscription { url });
    let options = Options { listen: simulate.listen, webhook, faults: Faults::default(), seed: simulate.seed };
    match simulator::serve(system, options, world.clock, world.transport).await {
        Ok(served) => {
            println!("listening on {}", served.origin());
            let base_url = format!("{}{base_path}", served.origin());
            println!("base url {base_url}");
            tell(simulate, named, (&served.origin(), &base_url));
            ended().await;
            served.shutdown().await;
            exit_code::OK
        }
        Err(error) => {
            eprintln!("petiole: cannot listen on {}: {error}", simulate.listen);
            exit_code::FAILED
        }
    }
}

/// What a service needs to use the simulator, and what else there is to do with it.
fn tell(simulate: &SimulateArguments, named: &str, (origin, base_url): (&str, &str)) {
    let trade = trade(simulate);
    for (name, value) in simulator::environment(named, base_url, &simulate.webhook_key, &trade) {
        println!("export {name}={}", quoted(&value));
    }
    println!("what people can do: GET {origin}/_control/");
    match &simulate.webhook {
        Some(url) => println!("webhooks go to {url}"),
        None => println!(
            "webhooks go nowhere, so a service sees changes at its poll interval; \
             --webhook http://127.0.0.1:8787/webhooks/ACCOUNT tells it at once"
        ),
    }
}

/// A value as a shell reads it.
fn quoted(value: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+,".contains(letter);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

fn trade(simulate: &SimulateArguments) -> Trade {
    let size = Size { items: simulate.items, customers: simulate.customers, ..Size::default() };
    Trade::from_seed(simulate.seed, size)
}

/// A simulator by its name, else a peer from the system file of this path; and where its API begins.
fn system(
    arguments: &Arguments,
    (simulate, named): (&SimulateArguments, &str),
    files: &dyn Files,
) -> Result<(Box<dyn Simulator>, &'static str), u8> {
    let trade = trade(simulate);
    if let Some(system) = simulator::named(named, &trade, simulate.seed) {
        return Ok((system, simulator::base_path(named)));
    }
    let path = Path::new(named);
    if !matches!(files.entry(path), Some(Entry::File(_))) {
        let known = simulator::NAMES.join(", ");
        eprintln!("petiole: no simulator and no system file `{named}`; there are: {known}");
        return Err(exit_code::USAGE);
    }
    let compiled = language::compile(files, &[path.to_owned()]);
    eprint!("{}", render::render(&compiled.findings, &compiled.sources, arguments.color.on()));
    let Some(plan) = compiled.plan else { return Err(exit_code::INVALID) };
    let Some(system) = plan.systems.values().next() else {
        eprintln!("petiole: `{named}` is no system file: it does not begin with `system:`");
        return Err(exit_code::USAGE);
    };
    Ok((Box::new(Peer::new(Arc::clone(system))), ""))
}

async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                biased;
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
