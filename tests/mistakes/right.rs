//! Edits of the shipped rules that are unusual and correct.

/// A file, a text in it (empty: the whole file), and what stands there instead.
pub(super) type Edit = (&'static str, &'static str, &'static str);

const ORDERS: &str = "pipelines/orders.yaml";
const PRODUCTS: &str = "pipelines/products.yaml";
const CUSTOMERS: &str = "pipelines/customers.yaml";
const STOCK: &str = "pipelines/stock.yaml";
const STRAINS: &str = "pipelines/strains.yaml";
const STATUS: &str = "tables/order_status.yaml";
const UNITS: &str = "tables/units.yaml";
const CATEGORIES: &str = "tables/categories.yaml";
const TERMS: &str = "tables/payment_terms.yaml";
const SETTINGS: &str = "settings.yaml";
const FLOURISH: &str = "systems/flourish.yaml";
const LEAFLINK: &str = "systems/leaflink.yaml";
const ACCOUNTS: &str = "accounts.yaml";

/// Each is one correct rule set.
pub(super) const EDITS: [Edit; 56] = [
    // How YAML may be written.
    (SETTINGS, "mode: live", "mode: \"live\""),
    (SETTINGS, "mode: live", "mode: 'live'"),
    (SETTINGS, "mode: live", "mode:    live   # for good"),
    (SETTINGS, "[Submitted]", "\n      - Submitted"),
    (SETTINGS, "[Submitted]", "[ \"Submitted\", Accepted ]"),
    (SETTINGS, "every: 24h", "every: 1d"),
    (SETTINGS, "every: 24h", "every: \"\""),
    (SETTINGS, "within: 20s", "within: 1500ms"),
    (SETTINGS, "start_from: \"\"", "start_from: 2026-05-01"),
    (SETTINGS, "webhook: \"\"", "webhook: https://hooks.example.com/a?b=c"),
    (SETTINGS, "safety: 0", "safety: 2.5"),
    (SETTINGS, "  drain:\n    within: 20s\n", "  drain: { within: 20s }\n"),
    (SETTINGS, "creates: 50", "creates: 0"),
    (SETTINGS, "# The switches.", "\u{feff}# The switches."),
    (ACCOUNTS, "carries: always", "carries: \"always\""),
    (ACCOUNTS, "    carries: always", "    carries: always\nabout: Näher beschrieben – mit “Zeichen”\u{a0}und а."),
    (
        ORDERS,
        "between: [leaflink.order, flourish.outbound_order]",
        "between:\n  - leaflink.order\n  - flourish.outbound_order",
    ),
    (
        ORDERS,
        "pipeline: orders\nabout: LeafLink orders become Flourish outbound orders; the status follows both ways.\n",
        "pipeline: orders\nabout: >-\n  LeafLink orders become\n  Flourish orders.\n",
    ),
    (ORDERS, "match: leaflink.number", "# By the number.\n\nmatch:   leaflink.number"),
    (ORDERS, "because our id is added", "because it’s ours, and “our id” is added"),
    // Blanks, brackets and other equal forms.
    (ORDERS, "leaflink.number      -> flourish", "leaflink.number -> flourish"),
    (
        ORDERS,
        "    - leaflink.number      -> flourish.original_order_id   on create",
        "    - 'leaflink.number -> flourish.original_order_id on create'",
    ),
    (
        ORDERS,
        "    - order_charges(leaflink)            -> flourish.charges",
        "    - >-\n      order_charges(leaflink)\n      -> flourish.charges",
    ),
    (ORDERS, "order_charges(leaflink)            -> flourish.charges", "(order_charges(leaflink)) -> flourish.charges"),
    (
        ORDERS,
        "    - order_charges(leaflink)            -> flourish.charges",
        "    - flourish.charges <- order_charges(leaflink)",
    ),
    (
        ORDERS,
        "when (flourish.order_status ?? \"Created\") == \"Created\"",
        "when \"Created\" == (flourish.order_status ?? \"Created\")",
    ),
    (
        ORDERS,
        "when (flourish.order_status ?? \"Created\") == \"Created\"",
        "when (flourish.order_status == null or flourish.order_status == \"Created\")",
    ),
    (ORDERS, "and not (leaflink.status in [\"Shipped\"", "and not (leaflink.status in ['Shipped'"),
    (
        ORDERS,
        "flourish: leaflink.status in [\"Accepted\", \"Backorder\", \"Fulfilled\", \"Shipped\"] and",
        "flourish: (leaflink.status == \"Accepted\" or leaflink.status in [\"Backorder\", \"Fulfilled\", \"Shipped\"]) and",
    ),
    (ORDERS, "< 0.05", "< 0.1"),
    (
        ORDERS,
        "where leaflink.is_combination and .status == \"Combined\"",
        "where .status == \"Combined\" and leaflink.is_combination",
    ),
    (ORDERS, "by [item, lot_number]:", "by [lot_number, item]:"),
    (
        ORDERS,
        "- leaflink.line_items[] -> flourish.order_lines[] by [item, lot_number]:",
        "- leaflink.line_items[] -> flourish.order_lines[] by [item, lot_number] as line:",
    ),
    (PRODUCTS, "match: leaflink.sku == flourish.sku", "match: flourish.sku == leaflink.sku"),
    (PRODUCTS, "<- 0.01          on create", "<- 1             on create"),
    (
        PRODUCTS,
        "- product_line.id                                         -> leaflink.product_line   when product_line.id != null",
        "- product_line.id -> leaflink.product_line unless product_line.id == null",
    ),
    (STRAINS, "(flourish.type ?? \"\")", "(flourish.type ?? '')"),
    (ORDERS, "lower(trim(.email))", "trim(lower(.email))"),
    (CUSTOMERS, "\"United States\"           on create", "\"Canada\" on create"),
    (
        CUSTOMERS,
        "leaflink.dba                     -> flourish.alias            on create",
        "flourish.alias <- leaflink.dba on create",
    ),
    (CUSTOMERS, "shared: flourish ", "shared: 'flourish' "),
    (STOCK, "max(0, sum(", "max(sum([0]), sum("),
    (
        STOCK,
        "where .status in [\"Submitted\", \"Accepted\"]",
        "where (.status == \"Submitted\" or .status == \"Accepted\")",
    ),
    (STRAINS, "via table strain_types   on create", "on create   via table strain_types"),
    (
        STATUS,
        "  - Submitted, Accepted, Backorder  ->  Created               on create\n",
        "  - Submitted -> Created on create\n  - Accepted, Backorder -> Created on create\n",
    ),
    (
        STATUS,
        "  - Accepted                       <-   Created               from Submitted\n",
        "  - 'Accepted <- Created from Submitted'   # first\n",
    ),
    (
        UNITS,
        "  - mg                                  ->  Milligram\n  - g                                   ->  Gram\n",
        "  - g -> Gram\n  - mg -> Milligram\n",
    ),
    (
        CATEGORIES,
        "Topicals | Topical                         ->  Topicals",
        "Topicals | Topical | Salben für außen -> Topicals",
    ),
    (TERMS, "<->  Net 15", "<->  \"Net 15\""),
    (FLOURISH, "timeout: 30s", "timeout: 1m"),
    (FLOURISH, "per_minute: 600        # assumed", "per_minute: 60 # assumed"),
    (FLOURISH, "gone: [204, 404]", "gone:\n    - 204\n    - 404"),
    (LEAFLINK, "max 255", "max 300"),
    (LEAFLINK, "    key: number\n    created: created_on\n", "    created: created_on\n    key: number\n"),
    (FLOURISH, "initial: Created", "initial: \"Created\""),
    (
        ORDERS,
        "tests:\n",
        "tests:\n  - name: a draft that – “printed” – stays\n    given:\n      leaflink.order: { number: \"N\u{a0}1\", status: Draft }\n    nothing: true\n",
    ),
];
