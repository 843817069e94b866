//! `petiole simulate`: a simulated system as a server.

use super::arguments::{Arguments, SimulateArguments};
use super::exit_code;
use super::run::real_world;
use crate::simulator::{self, Faults, Options, Size, Subscription, Trade};

/// Serves until a signal.
pub async fn simulate(_arguments: &Arguments, simulate: &SimulateArguments) -> u8 {
    let size = Size { items: simulate.items, customers: simulate.customers, ..Size::default() };
    let trade = Trade::from_seed(simulate.seed, size);
    let Some(mut system) = simulator::named(&simulate.system, &trade, simulate.seed) else {
        eprintln!("petiole: no simulator `{}`; there are: {}", simulate.system, simulator::NAMES.join(", "));
        return exit_code::USAGE;
    };
    system.set_webhook_key(simulate.webhook_key.clone());
    let world = match real_world() {
        Ok(world) => world,
        Err(error) => {
            eprintln!("petiole: {error}");
            return exit_code::FAILED;
        }
    };
    let webhook = simulate.webhook.clone().map(|url| Subscription { url });
    let options = Options { listen: simulate.listen, webhook, faults: Faults::default(), seed: simulate.seed };
    match simulator::serve(system, options, world.clock, world.transport).await {
        Ok(served) => {
            println!("listening on {}", served.origin());
            println!("base url {}{}", served.origin(), simulator::base_path(&simulate.system));
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
