//! What people do at LeafLink, listed; every act takes the fields that stand here and no others.

use crate::simulator::act::Act;

const ORDER: (&str, &str) = ("order", "its number");
const COMPANY: (&str, &str) = ("company", "whose act it is; found by what is named, else the first");
const SKU: (&str, &str) = ("sku", "the product's SKU");
const PRODUCT: (&str, &str) = ("product", "the product's id, in place of its SKU");
const NAME: (&str, &str) = ("name", "text");
const BRAND: (&str, &str) = ("brand", "its id; the first one where it is left out");

/// The acts.
pub(super) const ACTS: &[Act] = &[
    Act::new("GET state", "shows orders, products, customers and companies", &[]),
    Act::new(
        "POST world",
        "begins anew with another world; the same body fits both systems",
        &[
            ("seed", "what is left to chance"),
            ("companies", "companies that sell, each with brands of its own"),
            ("items", "how many; also `products`"),
            ("customers", "how many"),
            ("brands", "how many"),
            ("reps", "how many sales representatives"),
            ("keys", "the companies' API keys, in order"),
            ("token", "a user's key, which opens all companies"),
        ],
    )
    .also("what concerns the other system: facilities"),
    Act::new(
        "POST submit",
        "a buyer places orders; what is left out is left to chance",
        &[
            COMPANY,
            ("count", "how many orders; 1"),
            ("customer", "the buyer's id"),
            ("lines", "a list of {sku or product, quantity, sale_price, is_sample, batch}"),
            ("draft", "true: they are not submitted yet"),
            ("sales_rep", "the id of one"),
            ("notes", "text"),
            ("internal_notes", "text"),
            ("ship_date", "an instant"),
            ("payment_term", "its name"),
            ("selected_payment_option", "a payment option"),
            ("discount", "a number"),
            ("discount_type", "% or $"),
            ("tax_amount", "a number"),
            ("shipping_charge", "a number"),
        ],
    ),
    Act::new(
        "POST edit",
        "the seller edits an order",
        &[
            COMPANY,
            ORDER,
            ("lines", "a list of {sku or product, quantity, batch, remove}: a quantity sets, an unknown line is added"),
            ("notes", "text"),
            ("internal_notes", "text"),
            ("ship_date", "an instant"),
            ("payment_term", "its name"),
            ("selected_payment_option", "a payment option"),
            ("discount", "a number"),
            ("discount_type", "% or $"),
            ("tax_amount", "a number"),
            ("shipping_charge", "a number"),
        ],
    ),
    Act::new("POST accept", "the seller accepts an order", &[COMPANY, ORDER]),
    Act::new("POST reject", "the seller rejects an order", &[COMPANY, ORDER]),
    Act::new("POST cancel", "the buyer cancels an order", &[COMPANY, ORDER]),
    Act::new("POST fulfill", "the seller fulfils an order", &[COMPANY, ORDER]),
    Act::new("POST ship", "the seller ships an order", &[COMPANY, ORDER]),
    Act::new("POST complete", "an order is completed", &[COMPANY, ORDER]),
    Act::new("POST combine", "orders of one customer become one", &[COMPANY, ("orders", "a list of numbers")]),
    Act::new(
        "POST split",
        "lines leave an order and wait in one of their own",
        &[COMPANY, ORDER, ("skus", "a list of the lines' SKUs")],
    ),
    Act::new(
        "POST customer",
        "a new customer, or changes the one that is named",
        &[
            COMPANY,
            NAME,
            ("customer", "the id of the one to be changed"),
            ("license_number", "text"),
            ("corporate_address", "an address"),
            ("contacts", "a list of contacts"),
        ],
    )
    .also("of one that is changed, its fields as the API shows them: nickname, address and so on"),
    Act::new(
        "POST product",
        "enters a product, or changes the one that is named",
        &[
            COMPANY,
            SKU,
            PRODUCT,
            ("new_sku", "renames it"),
            ("price", "the wholesale price"),
            ("units_per_case", "1: sold by the unit"),
        ],
    )
    .also("a product's fields as the API takes them: name, listing_state and so on"),
    Act::new("POST stock", "counts a product", &[COMPANY, SKU, PRODUCT, ("quantity", "how much there is")]),
    Act::new("POST archive", "archives a product", &[COMPANY, SKU, PRODUCT]),
    Act::new(
        "POST remove",
        "makes a customer, an order or a product disappear",
        &[COMPANY, SKU, PRODUCT, ("customer", "its id"), ORDER],
    ),
    Act::new("POST brand", "a new brand", &[COMPANY, NAME]),
    Act::new("POST product_line", "a new product line", &[COMPANY, NAME, BRAND]),
    Act::new(
        "POST strain",
        "a new strain",
        &[COMPANY, NAME, ("strain_classification", "hybrid, indica, sativa and so on")],
    ),
    Act::new("POST batch", "a new batch", &[COMPANY, ("number", "its production batch number")]),
];
