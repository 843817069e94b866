//! Webhooks: a byte says for whom, a byte how it is signed, then comes the body. Nothing is taken that the account's
//! own secret did not sign, and there is work only where that is what was answered.

use std::sync::{Arc, LazyLock};

use hmac::{Hmac, KeyInit, Mac};
use petiole::runtime::Live;
use petiole::runtime::memory::departed::Departed;
use petiole::server::receive::{Answer, Delivery, Desk, receive};
use petiole::store::Journal as _;
use petiole::store::memory::MemoryStore;
use petiole::world::World;
use sha2::Sha256;

use super::outside::{Parrot, done, live, secret, world};

const ACCOUNTS: [&str; 4] = ["flourish", "leaflink", "nobody", ""];

pub fn check(input: &[u8]) {
    static LIVE: LazyLock<Live> = LazyLock::new(|| live(Parrot::new(500, b"")));
    let [whom, how, body @ ..] = input else { return };
    let account = ACCOUNTS[usize::from(*whom) % ACCOUNTS.len()];
    let other = ACCOUNTS[usize::from(whom.wrapping_add(1)) % 2];
    let right = signature(account, &secret(account), body);
    let written = match how % 8 {
        0..=3 => Some(right.clone()),
        4 => Some(signature(account, &secret(other), body)),
        5 => Some(signature(account, &secret(account), &[body, b" "].concat())),
        6 => Some(String::from_utf8_lossy(body).into_owned()),
        _ => None,
    };
    let is_right = written.as_ref().is_some_and(|written| written.trim().eq_ignore_ascii_case(&right));
    let name = if account == "leaflink" { "ll-signature" } else { "Auth-Signature" };
    let headers: Vec<(String, String)> = written.into_iter().map(|text| (name.to_owned(), text)).collect();
    let (answer, waiting) = answered(&LIVE, &Delivery { account, headers: &headers, body });
    assert!(matches!(answer.status, 202 | 400 | 401 | 404), "{answer:?}");
    assert_eq!(answer.status == 404, !matches!(account, "flourish" | "leaflink"), "{answer:?}");
    assert!(is_right || matches!(answer.status, 401 | 404), "{answer:?} and nobody signed it");
    assert!(!is_right || answer.status != 401, "{answer:?} and it is signed");
    assert_eq!(u64::from(answer.brings_work), waiting, "{answer:?}");
    assert!(answer.refused.iter().all(|one| !one.why.contains(&secret(account))), "{answer:?}");
}

fn answered(live: &Live, delivery: &Delivery<'_>) -> (Answer, u64) {
    static WORLD: LazyLock<World> = LazyLock::new(|| world(Parrot::new(500, b"")));
    let store = MemoryStore::new(Arc::clone(&WORLD.clock));
    let desk = Desk { live, departed: &Departed::default(), world: &WORLD, store: &store };
    let answer = done(receive(&desk, delivery));
    let waiting = done(store.counts()).unwrap().pending;
    (answer, waiting)
}

/// As the account's system writes it.
fn signature(account: &str, key: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    if account == "leaflink" { base64(&bytes) } else { hex::encode(bytes) }
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let whole = three.iter().fold(0_u32, |whole, byte| whole << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let sign = SIGNS[(whole >> (18 - 6 * at)) as usize & 63];
            text.push(if at > three.len() { '=' } else { char::from(sign) });
        }
    }
    text
}
