//! What may not stand there at all: secrets, limits of nothing, an `allow` of what cannot be allowed.

use super::forms::swapped;
use super::text::{Mistake, Rules};

pub(super) fn secret(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("accounts", "${FLOURISH_API_KEY}", &["fl_live_8d7f6a5b4c3d2e1f", "abc123"], &["${"]),
            ("accounts", "${FLOURISH_WEBHOOK_KEY}", &["whsec_8d7f6a5b4c3d", "FLOURISH_WEBHOOK_KEY"], &["${"]),
            (
                "accounts",
                "${LEAFLINK_API_KEY}",
                &["8d7f6a5b4c3d2e1f8d7f6a5b4c3d2e1f", "$LEAFLINK_API_KEY", "{LEAFLINK_API_KEY}"],
                &["${"],
            ),
            ("accounts", "${LEAFLINK_WEBHOOK_KEY}", &["\"s3cr3t\"", "${LEAFLINK_WEBHOOK_KEY:-s3cr3t}"], &["${"]),
            (
                "systems/leaflink",
                "App {secrets.api_key}",
                &["App 8d7f6a5b4c3d2e1f8d7f", "App abc123"],
                &["{secrets.api_key}"],
            ),
            (
                "systems/flourish",
                "= {secrets.api_key}",
                &["= 8d7f6a5b4c3d2e1f8d7f", "= fl_live_8d7f6a5b"],
                &["{secrets.api_key}"],
            ),
            (
                "accounts",
                "${LEAFLINK_BASE_URL:-https://app",
                &["${LEAFLINK_BASE_URL:-https://bob:s3cr3t@app"],
                &["secret", "password"],
            ),
        ],
    )
}

pub(super) fn zero(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("systems/flourish", "per_minute: 600", &["per_minute: 0"], &["1", "leave"]),
            ("systems/leaflink", "per_minute: 300", &["per_minute: 0"], &["1", "leave"]),
            ("systems/", "burst: 300", &["burst: 0"], &["1", "leave"]),
            ("systems/", "at_once: 8", &["at_once: 0"], &["1", "leave"]),
            ("systems/flourish", "limit = 50", &["limit = 0"], &["1", "leave"]),
            ("systems/leaflink", "limit = 100", &["limit = 0"], &["1", "leave"]),
            ("systems/", "timeout: 30s", &["timeout: 0s"], &["30s", "1s", "leave"]),
            ("systems/leaflink", "max 2000", &["max 0"], &["1", "leave"]),
            ("systems/leaflink", "max 255", &["max 0"], &["1", "leave"]),
        ],
    )
}

pub(super) fn allowed(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            (
                "pipelines/orders",
                "own-target in",
                &["own-targt in", "owntarget in", "own_target in", "Own-Target in", "echo in", "all in"],
                &["own-target"],
            ),
            (
                "pipelines/orders",
                "in fields.external_id",
                &["in fields.external_ids", "in field.external_id", "in external_id"],
                &["external_id", "fields"],
            ),
            (
                "pipelines/orders",
                "own-target in fields.external_id because",
                &["missing-required because", "unknown-field because"],
                &["mend", "leave"],
            ),
            (
                "pipelines/orders",
                "own-target in fields.external_id because",
                &["own-target in fields.external_id as", "own-target in fields.external_id, "],
                &["because"],
            ),
        ],
    )
}
