//! Several accounts under one roof: files of accounts that a simulation lays over the shipped one.
//!
//! The examples themselves, so that what they show is what is simulated, and both of them in one.

use super::Size;

const BRANDS: &str = include_str!("../../examples/multi_brand/accounts.yaml");
const FACILITIES: &str = include_str!("../../examples/multi_facility/accounts.yaml");

/// Where the file of companies with brands ends what it says of the warehouse.
const BESIDE: &str = "  north:\n";

/// What the warehouse has more where both are in one: a second facility whose stock is offered.
const SECOND: &str = "    settings:
      stock:
        facilities:
          - ${FLOURISH_FACILITY_ID}
          - ${FLOURISH_SECOND_FACILITY_ID}
";

/// What the southern company carries in the example, and what it carries where both are in one: a brand of the northern
/// one as well.
const CARRIES: [&str; 2] =
    ["flourish.item.brand == \"South Leaf\"", "flourish.item.brand in [\"South Leaf\", \"Pine & Petal\"]"];

/// Which accounts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roof {
    /// One warehouse and two companies, each with brands of its own.
    Brands,
    /// Two facilities and one company.
    Facilities,
    /// Two facilities and two companies, with a brand in common.
    Both,
}

impl Roof {
    /// Every one, with its name.
    pub const ALL: [(&'static str, Self); 3] =
        [("brands", Self::Brands), ("facilities", Self::Facilities), ("both", Self::Both)];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, roof)| roof)
    }

    /// The file of accounts.
    pub fn accounts(self) -> String {
        match self {
            Self::Brands => BRANDS.to_owned(),
            Self::Facilities => FACILITIES.to_owned(),
            Self::Both => {
                let brands = BRANDS.replacen(CARRIES[0], CARRIES[1], 1);
                brands.replacen(BESIDE, &format!("{SECOND}{BESIDE}"), 1)
            }
        }
    }

    /// A world of that size with as many brands as its accounts carry.
    pub fn sized(self, size: Size) -> Size {
        let brands = if self == Self::Facilities { size.brands } else { size.brands.max(3) };
        Size { brands, ..size }
    }
}
