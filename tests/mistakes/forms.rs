//! What is of a wrong kind: durations, numbers, settings, constants, arguments, references, conditions.

use super::text::{Line, Mistake, Part, Rules, one_of};

/// A text of a file, what stands there instead, and the words of which help must say one.
pub(super) type Swap = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// One of the swaps, at one of the places where its text stands.
pub(super) fn swapped(rules: &Rules, random: &mut fastrand::Rng, swaps: &[Swap]) -> Option<Mistake> {
    let (name, old, wrongs, words) = one_of(swaps, random)?;
    let lines: Vec<Line<'_>> = rules
        .lines()
        .into_iter()
        .filter(|line| line.part == Part::Rules && rules.name(line.file).starts_with(name) && line.said().contains(old))
        .collect();
    let line = one_of(&lines, random)?;
    let places: Vec<usize> = line.said().match_indices(old).map(|(at, _)| at).collect();
    let at = line.at + one_of(&places, random)?;
    let wrong = one_of(wrongs, random)?;
    Some(rules.write(line.file, at..at + old.len(), wrong, words))
}

pub(super) fn duration(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("systems/", "timeout: 30s", &["timeout: 5 minutes", "timeout: 30sec", "timeout: 30"], &["30s"]),
            (
                "systems/",
                "settle_after: 10s",
                &["settle_after: 1d2h", "settle_after: 10", "settle_after: soon"],
                &["10s", "30s"],
            ),
            (
                "systems/",
                "same_record: 1s",
                &["same_record: 1S", "same_record: 1000", "same_record: 0,5s"],
                &["1s", "30s"],
            ),
            (
                "settings",
                "every: 24h",
                &["every: 5 minutes", "every: 1d2h", "every: daily", "every: 24"],
                &["24h", "6h"],
            ),
            ("settings", "keep: 30d", &["keep: 1 month", "keep: 30days", "keep: P30D"], &["30d", "1d"]),
            ("settings", "within: 20s", LENGTHS_WITHIN, &["20s", "30m"]),
        ],
    )
}

const LENGTHS_WITHIN: &[&str] =
    &["within: half a minute", "within: -5s", "within: 20S", "within: 1,5s", "within: PT20S"];

pub(super) fn size_or_rate(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            (
                "systems/flourish",
                "per_minute: 600",
                &["per_minute: 600/min", "per_minute: many", "per_minute: 1e3"],
                &["number", "digits", "600"],
            ),
            (
                "systems/leaflink",
                "per_minute: 300",
                &["per_minute: 5/s", "per_minute: 3OO", "per_minute: -300"],
                &["number", "digits", "300"],
            ),
            ("systems/", "burst: 300", &["burst: 300 calls", "burst: 3.5", "burst: ten"], &["number", "digits", "300"]),
            ("systems/", "at_once: 8", &["at_once: eight", "at_once: -1", "at_once: 8x"], &["number", "digits", "8"]),
            (
                "systems/",
                "size: limit = ",
                &["size: limit = x", "size: limit = -", "size: limit "],
                &["number", "digits", "= 50", "= 100"],
            ),
            ("systems/leaflink", "max 2000", &["max 2k", "max 2,000", "max lots"], &["number", "digits", "2000"]),
            (
                "systems/",
                "later: [408",
                &["later: [4O8", "later: [timeout", "later: [4xx"],
                &["number", "digits", "408"],
            ),
        ],
    )
}

pub(super) fn setting_of_another_kind(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("settings", "mode: live", &["mode: [live]", "mode: on", "mode: true", "mode: { live: true }"], &["live"]),
            ("settings", "inventory: flourish", &["inventory: [flourish]", "inventory: both"], &["flourish"]),
            (
                "settings",
                "sync_statuses: [Submitted]",
                &["sync_statuses: [1]", "sync_statuses: { Submitted: true }"],
                &["Submitted"],
            ),
            (
                "settings",
                "route_by: sales_rep",
                &["route_by: 5", "route_by: [sales_rep]", "route_by: yes"],
                &["sales_rep"],
            ),
            (
                "settings",
                "start_from: \"\"",
                &["start_from: tomorrow", "start_from: 01.02.2026", "start_from: 2026-13-01"],
                &["2026-", "day"],
            ),
            (
                "settings",
                "safety: 0",
                &["safety: some", "safety: -1", "safety: [0]", "safety: yes"],
                &["number", "digits", "0"],
            ),
            ("settings", "license: \"\"", &["license: LIC-1", "license: 1.5", "license: [9]"], &["number", "digits"]),
            ("settings", "leaflink: case", &["leaflink: box", "leaflink: true", "leaflink: [case]"], &["case"]),
            (
                "settings",
                "creates: 50",
                &["creates: ten", "creates: 1.5", "creates: -1", "creates: yes"],
                &["number", "digits", "50"],
            ),
            (
                "settings",
                "webhook: \"\"",
                &["webhook: example", "webhook: true", "webhook: [\"https://a.example\"]"],
                &["http"],
            ),
            ("settings", "duration  ", &["durations  ", "time  ", "seconds  "], &["duration"]),
            ("settings", "list of text", &["list text", "texts", "list of string"], &["list of text", "text"]),
            (
                "settings",
                "one of [live, observe]",
                &["[live, observe]", "one of live", "enum [live, observe]"],
                &["one of"],
            ),
            ("settings", "whole number", &["int", "integer", "whole"], &["whole number"]),
        ],
    )
}

/// Text for a number, a number for text.
pub(super) fn constant_of_another_kind(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("pipelines/products", "<- 1  ", &["<- \"one\"  ", "<- \"1\"  ", "<- true  "], &["number", "digits", "1"]),
            ("pipelines/products", "<- 0  ", &["<- \"0\"  ", "<- false  ", "<- \"\"  "], &["number", "digits", "0"]),
            (
                "pipelines/products",
                "<- 100000  ",
                &["<- \"100000\"  ", "<- 100,000  "],
                &["number", "digits", "100000", "thousands"],
            ),
            ("pipelines/products", "<- \"Available\"", &["<- 1", "<- true"], &["Available", "text"]),
            ("pipelines/customers", "<- \"Dispensary\"", &["<- 4", "<- Dispensary"], &["Dispensary"]),
            ("pipelines/customers", "<- \"United States\"", &["<- 1", "<- true"], &["text", "\""]),
            ("pipelines/customers", "<- true ", &["<- \"yes\" ", "<- 1 ", "<- \"true\" "], &["true"]),
            (
                "pipelines/products",
                "flourish.sku, 255",
                &["flourish.sku, \"255\"", "flourish.sku, true"],
                &["number", "digits"],
            ),
            ("pipelines/stock", "max(0, ", &["max(\"0\", ", "max(true, "], &["number", "digits"]),
            ("pipelines/orders", "< 0.05", &["< \"0.05\"", "< true", "== \"0.05\""], &["number", "digits"]),
        ],
    )
}

pub(super) fn constant_that_is_none(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("pipelines/orders", "\"Submitted\"", &["\"Pending\"", "\"New\"", "\"submited\""], &["Submitted"]),
            ("pipelines/orders", "\"Created\"", &["\"Open\"", "\"New\"", "\"Createed\""], &["Created"]),
            ("pipelines/orders", "\"Combined\"", &["\"Merged\"", "\"combined\""], &["Combined"]),
            ("pipelines/orders", "\"sales_rep\"", &["\"sales rep\"", "\"rep\""], &["sales_rep"]),
            ("pipelines/customers", "\"Dispensary\"", &["\"Shop\"", "\"Retailer\"", "\"dispensary\""], &["Dispensary"]),
            ("pipelines/products", "\"Available\"", &["\"Active\"", "\"available\"", "\"Published\""], &["Available"]),
            ("pipelines/stock", "\"Accepted\"", &["\"Open\"", "\"accepted\""], &["Accepted"]),
            ("tables/order_status", "  Cancelled  ", &["  Canceled  ", "  Dead  "], &["Cancelled"]),
            ("systems/flourish", "== \"Created\"", &["== \"Open\"", "== \"created\""], &["Created"]),
            ("settings", "[Submitted]", &["[Pending]", "[submitted]", "[Submited]"], &["Submitted"]),
        ],
    )
}

pub(super) fn wrong_via(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let tables = ["order_status", "payment_terms", "units", "strain_types", "categories"];
    let pipelines = ["orders", "customers", "products", "strains", "stock"];
    let (word, names) = if random.bool() { ("via table ", tables) } else { ("via pipeline ", pipelines) };
    let words: Vec<_> = rules.words().into_iter().filter(|one| one.before().ends_with(word)).collect();
    let place = one_of(&words, random)?;
    let wrong = one_of(&names, random)?;
    (*wrong != place.text).then(|| rules.write(place.file, place.range(), wrong, &[place.text]))
}

pub(super) fn via_left_out(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let via = |before: &str| before.ends_with("via table ") || before.ends_with("via pipeline ");
    let words: Vec<_> = rules.words().into_iter().filter(|one| via(one.before())).collect();
    let place = one_of(&words, random)?;
    let start = place.at - (place.before().len() - place.before().rfind("via")?);
    Some(rules.write(place.file, start..place.range().end, "", &[place.text]))
}

pub(super) fn bad_default(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            (
                "pipelines/",
                "?? park \"",
                &["?? \"", "?? park(\"", "?? skip \"", "?? stop \"", "?? fail \""],
                &["park", "close", "\""],
            ),
            ("pipelines/", "?? settings.orders.default_facility", &["?? 1", "?? true", "?? []"], &["text"]),
            (
                "pipelines/orders",
                "?? \"Created\"",
                &["?? 0", "?? Created", "?? [\"Created\"]", "?? \"Creatd\""],
                &["Created", "text"],
            ),
            ("pipelines/", "?? \"\"", &["?? 0", "?? false", "?? empty", "?? ''''", "?? []"], &["text", "\"\"", "''"]),
            (
                "pipelines/orders",
                "?? null ",
                &["?? nothing ", "?? none ", "?? 0 ", "?? "],
                &["null", "date", "value", "park"],
            ),
            (
                "pipelines/products",
                "?? stock_category.id",
                &["?? stock_category", "?? \"none\"", "?? stock_category.name"],
                &["stock_category.id", "number"],
            ),
        ],
    )
}

/// Calls with the last value left out, one too many, or none.
pub(super) fn wrong_count_of_values(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            ("pipelines/products", ", flourish.item_name)", &[")", ", flourish.item_name, 1)"], &["said("]),
            ("pipelines/products", ", leaflink, settings.prices.leaflink)", &[")", ", leaflink)"], &["case_price("]),
            (
                "pipelines/orders",
                "order_notes(leaflink)",
                &["order_notes()", "order_notes(leaflink, 1)"],
                &["order_notes("],
            ),
            (
                "pipelines/orders",
                "order_discounts(leaflink, settings.prices.leaflink)",
                &["order_discounts(leaflink)", "order_discounts()"],
                &["order_discounts("],
            ),
            (
                "pipelines/orders",
                "unit_price(., settings.prices.leaflink)",
                &["unit_price(.)", "unit_price()", "unit_price(., 1, 2)"],
                &["unit_price("],
            ),
            ("pipelines/orders", "(leaflink, settings.orders.start_from)", &["(leaflink)", "()"], &["is_older("]),
            (
                "pipelines/customers",
                "license(leaflink.license_number)",
                &["license()", "license(leaflink.license_number, 1)"],
                &["license("],
            ),
            (
                "pipelines/customers",
                "bills_to(leaflink)",
                &["bills_to()", "bills_to(leaflink, leaflink)"],
                &["bills_to("],
            ),
            ("pipelines/orders", "lower(trim(.email))", &["lower()", "lower(trim(.email), 1)"], &["lower("]),
            ("pipelines/products", "within(flourish.sku, 255)", &["within(flourish.sku)", "within()"], &["within("]),
            (
                "pipelines/stock",
                "linked(\"orders\", .number)",
                &["linked(\"orders\")", "linked(.number)", "linked()"],
                &["linked("],
            ),
            (
                "pipelines/orders",
                "mapped(\"payment_terms\", leaflink.payment_term)",
                &["mapped(\"payment_terms\")"],
                &["mapped("],
            ),
        ],
    )
}

pub(super) fn swapped_values(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            (
                "pipelines/orders",
                "unit_price(., settings.prices.leaflink)",
                &["unit_price(settings.prices.leaflink, .)"],
                &["unit_price(", "record"],
            ),
            (
                "pipelines/orders",
                "order_discounts(leaflink, settings.prices.leaflink)",
                &["order_discounts(settings.prices.leaflink, leaflink)"],
                &["order_discounts(", "record"],
            ),
            (
                "pipelines/orders",
                "(leaflink, settings.orders.start_from)",
                &["(settings.orders.start_from, leaflink)"],
                &["is_older(", "record"],
            ),
            (
                "pipelines/products",
                "case_price(flourish.price, leaflink,",
                &["case_price(leaflink, flourish.price,"],
                &["case_price(", "decimal", "number"],
            ),
            ("pipelines/products", "within(flourish.sku, 255)", &["within(255, flourish.sku)"], &["within(", "text"]),
            ("pipelines/stock", "linked(\"orders\", .number)", &["linked(.number, \"orders\")"], &["linked("]),
            (
                "pipelines/orders",
                "mapped(\"payment_terms\", leaflink.payment_term)",
                &["mapped(leaflink.payment_term, \"payment_terms\")"],
                &["mapped("],
            ),
            (
                "pipelines/orders",
                "with_external_id(leaflink.external_ids, settings.orders.external_id_key,",
                &["with_external_id(settings.orders.external_id_key, leaflink.external_ids,"],
                &["with_external_id(", "record"],
            ),
            (
                "pipelines/orders",
                "date(leaflink.ship_date, facility.timezone)",
                &["date(facility.timezone, leaflink.ship_date)"],
                &["date("],
            ),
        ],
    )
}

/// A condition that can never hold, or always does.
pub(super) fn hopeless_condition(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    swapped(
        rules,
        random,
        &[
            (
                "pipelines/orders",
                "and .status == \"Combined\"",
                &["and .status == \"Combined\" and .status == \"Draft\""],
                &["or", "never"],
            ),
            (
                "pipelines/orders",
                "when (flourish.order_status ?? \"Created\") == \"Created\"",
                &[
                    "when flourish.order_status == \"Created\" and flourish.order_status == \"Shipped\"",
                    "when 1 == 2",
                    "when false",
                ],
                &["or", "never", "leave"],
            ),
            (
                "pipelines/orders",
                "flourish: leaflink.status in [",
                &["flourish: leaflink.status == \"Draft\" and leaflink.status in ["],
                &["or", "never"],
            ),
            (
                "pipelines/orders",
                "flourish: (leaflink.status in",
                &["flourish: leaflink.status == \"Draft\" and leaflink.status == \"Shipped\" and (leaflink.status in"],
                &["or", "never"],
            ),
            (
                "pipelines/products",
                "when product_line.id != null",
                &["when product_line.id != null and product_line.id == null", "when false"],
                &["or", "never", "leave"],
            ),
            (
                "pipelines/products",
                "when: flourish.ecommerce_active",
                &["when: flourish.ecommerce_active and not flourish.ecommerce_active", "when: false"],
                &["or", "never", "leave"],
            ),
            (
                "pipelines/stock",
                "where .status in [\"Submitted\", \"Accepted\"]",
                &["where .status == \"Submitted\" and .status == \"Accepted\""],
                &["or", "in [", "never"],
            ),
            (
                "systems/flourish",
                "allowed when: order_status == \"Created\"",
                &["allowed when: order_status == \"Created\" and order_status == \"Shipped\""],
                &["or", "never"],
            ),
        ],
    )
}
