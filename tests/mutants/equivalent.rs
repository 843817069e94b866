//! Changes of the shipped rules that no test beside them can notice: they do the same, or what differs is nothing that
//! a test may ask for. Each says why.

/// A change that changes nothing that a test can see.
#[derive(Debug)]
pub(super) struct Equivalent {
    /// The end of its file's name.
    file: &'static str,
    /// What its line says, or a part of it.
    line: &'static str,
    /// The change, or how it is told first.
    change: &'static str,
    /// Why it is none.
    #[allow(dead_code, reason = "for whoever reads the list")]
    why: &'static str,
}

impl Equivalent {
    pub(super) fn is(&self, (file, line): (&str, &str), change: &str) -> bool {
        file.ends_with(self.file) && line.contains(self.line) && change.starts_with(self.change)
    }
}

/// All of them.
pub(super) const KNOWN: &[Equivalent] = &[
    known("categories.yaml", "->", "`->` becomes `<->`", "rules read the table from left to right only"),
    known("units.yaml", "->", "`->` becomes `<->`", "rules read the table from left to right only"),
    known("strain_types.yaml", "->", "`->` becomes `<->`", "rules read the table from left to right only"),
    known(
        "categories.yaml",
        "Flower | Buds",
        "`Flower` dropped",
        "LeafLink's own name is looked for before the table is asked",
    ),
    known(
        "categories.yaml",
        "Pre-Rolls | Pre",
        "`Pre-Rolls` dropped",
        "LeafLink's own name is looked for before the table is asked",
    ),
    known(
        "categories.yaml",
        "Concentrates |",
        "`Concentrates` dropped",
        "LeafLink's own name is looked for before the table is asked",
    ),
    known(
        "categories.yaml",
        "Cartridges |",
        "`Cartridges` dropped",
        "LeafLink's own name is looked for before the table is asked",
    ),
    known(
        "categories.yaml",
        "Edibles & Ing",
        "`Edibles & Ingestibles` dropped",
        "LeafLink's own name is looked for before the table is asked",
    ),
    known(
        "categories.yaml",
        "Topicals |",
        "`Topicals` dropped",
        "LeafLink's own name is looked for before the table is asked",
    ),
    known(
        "customers.yaml",
        "->",
        "`->` becomes `<->`",
        "the group is owned by the side that the arrow leaves; the other way is mute",
    ),
    known(
        "orders.yaml",
        "->",
        "`->` becomes `<->`",
        "the group is owned by the side that the arrow leaves; the other way is mute",
    ),
    known(
        "strains.yaml",
        "->",
        "`->` becomes `<->`",
        "the group is owned by the side that the arrow leaves; the other way is mute",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "dropped",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`|| day == ()` dropped",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`|| day == \"\"` dropped",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`|| order.created_on == ()` dropped",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`||` becomes `&&` at `|| order.created_on",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`||` becomes `&&` at `|| day == \"\" ||",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known("license.rhai", "if text == \"\"", "dropped", "an empty text is as little to match by as none"),
    known(
        "products.yaml",
        "?? \"\" -> leaflink.strain_classification",
        "\"\" becomes",
        "any text that names no kind of strain is of no kind",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`order == () ||` dropped",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "`||` becomes `&&` at `|| day == () ||",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known(
        "orders.rhai",
        "if order == () || day == ()",
        "\"\" becomes",
        "no order is made before an empty day, and every order is made at some time",
    ),
    known("license.rhai", "if text == \"\"", "\"\" becomes \"", "an empty text is as little to match by as none"),
    known(
        "pricing.rhai",
        "if order == () { return []; }",
        "dropped",
        "an order is there wherever its discounts are asked for",
    ),
    known("license.rhai", "if end >= 0", "`0` becomes `1`", "a trimmed text does not begin with a blank"),
    known("license.rhai", "if end >= 0", "`>=` becomes `>`", "a trimmed text does not begin with a blank"),
    known("orders.rhai", "number.len < 5", "`5` becomes `6`", "no term of the table has a number of so many digits"),
    known("orders.rhai", "digits.split", "\" \" becomes", "no term of the table has anything behind its number"),
    known("orders.rhai", "if order != () && order.id", "`&& order.id != ()` dropped", "every order has an id"),
    known("orders.rhai", "number.len < 5", "`<` becomes `<=`", "no term of the table has a number of so many digits"),
    known(
        "orders.rhai",
        "number.len < 5",
        "`&& number.len < 5` dropped",
        "no term of the table has a number of so many digits",
    ),
    known(
        "stock.yaml",
        "waiting: ",
        "`and count(.line_items[] where .product in twins[].id) > 0` dropped",
        "lines of other products are not summed up",
    ),
    known("stock.yaml", "waiting: ", "`>` becomes `>=`", "lines of other products are not summed up"),
    known("pricing.rhai", "if discount == () ||", "`|| discount == 0` dropped", "a percentage of nothing is nothing"),
    known(
        "pricing.rhai",
        "if price == () || per",
        "`price == () ||` dropped",
        "what fails is no price, as nothing is none",
    ),
    known("text.rhai", "if otherwise == ()", "dropped", "nothing is given back either way"),
    known(
        "orders.rhai",
        "if order == () { return notes; }",
        "dropped",
        "an order is there wherever its notes are asked for",
    ),
    known("pricing.rhai", "if line.sale_price", "`line.sale_price != () &&` dropped", "nothing is not above zero"),
];

const fn known(file: &'static str, line: &'static str, change: &'static str, why: &'static str) -> Equivalent {
    Equivalent { file, line, change, why }
}
