//! What people do in Flourish's own pages, listed; every act takes the fields that stand here and no others.

use crate::simulator::act::Act;

const ORDER: (&str, &str) = ("order", "its id, or the caller's own number for it");
const FACILITY: (&str, &str) = ("facility", "its id; the first one where it is left out");
const SKU: (&str, &str) = ("sku", "the item's SKU; of several with one, the eldest");
const ITEM: (&str, &str) = ("item", "the item's id, in place of its SKU");
const LINES: (&str, &str) = ("lines", "a list of {sku, qty, unit_price}");

/// The acts.
pub(super) const ACTS: &[Act] = &[
    Act::new("GET state", "shows orders, destinations, items, stock, facilities and sales reps", &[]),
    Act::new(
        "POST world",
        "begins anew with another world; the same body fits both systems",
        &[
            ("seed", "what is left to chance"),
            ("items", "how many; also `products`"),
            ("customers", "how many"),
            ("brands", "how many"),
            ("reps", "how many sales representatives"),
            ("facilities", "how many"),
        ],
    )
    .also("what concerns the other system: companies, keys, token"),
    Act::new(
        "POST order",
        "enters an order by hand",
        &[
            FACILITY,
            ("destination", "its id, license or name; the first one where it is left out"),
            ("sales_rep", "the e-mail address"),
            ("original_order_id", "the caller's own number"),
            ("payment_term", "its name"),
            ("requested_delivery_date", "a day, such as 2026-03-04"),
            LINES,
        ],
    ),
    Act::new("POST lines", "replaces an order's lines, while nothing is assigned", &[ORDER, LINES]),
    Act::new(
        "POST allocate",
        "assigns stock to an order: all that is open, or some",
        &[ORDER, ("lines", "a list of {sku, qty}; everything where it is left out")],
    ),
    Act::new("POST deallocate", "releases what is assigned to an order", &[ORDER]),
    Act::new("POST ship", "ships an order", &[ORDER, ("force", "true: also what is assigned in part or not at all")]),
    Act::new("POST cancel", "calls an order off", &[ORDER]),
    Act::new(
        "POST payment_term",
        "sets an order's payment term",
        &[ORDER, ("payment_term", "its name; null clears it")],
    ),
    Act::new(
        "POST move",
        "moves an order to another facility, while nothing is assigned",
        &[ORDER, ("facility", "its id")],
    ),
    Act::new("POST stock", "counts an item at a facility", &[SKU, ITEM, FACILITY, ("qty", "how many there are")]),
    Act::new(
        "POST item",
        "enters an item, or changes the one that is named",
        &[
            SKU,
            ITEM,
            ("new", "true: enters one even where the SKU is taken"),
            ("new_sku", "renames it"),
            ("name", "text"),
            ("brand", "a name; made where it is new; null takes it away"),
            ("price", "a number"),
            ("active", "true or false"),
            ("ecommerce_active", "true: it is sold on-line"),
            ("strain", "a name; made where it is new"),
            ("strain_type", "of a new strain: Indica, Sativa, Hybrid"),
            ("description", "text"),
            ("case_units", "units in a case"),
        ],
    )
    .also("an item's fields as the API shows them: item_category, item_class and so on"),
    Act::new("POST remove_item", "makes an item disappear", &[("sku", "its SKU")]),
    Act::new("POST remove_destination", "makes a store disappear", &[("destination", "its id")]),
    Act::new("POST remove_order", "calls an order off and makes it disappear", &[ORDER]),
    Act::new(
        "POST sales_rep_required",
        "sets whether a facility insists on a sales representative",
        &[FACILITY, ("required", "true or false")],
    ),
];
