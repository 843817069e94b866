//! A seeded world of trade that both simulators begin with.
//!
//! The same seed and size give the same brands, items, customers and people, so that SKUs,
//! license numbers and e-mail addresses agree on both sides. Knows nothing of either API.

use rust_decimal::Decimal;

/// How large a world to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Brands.
    pub brands: usize,
    /// Items for sale, spread over the brands.
    pub items: usize,
    /// Licensed stores that buy.
    pub customers: usize,
    /// Sales representatives, spread over the facilities.
    pub reps: usize,
    /// Facilities that ship.
    pub facilities: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { brands: 2, items: 24, customers: 12, reps: 3, facilities: 2 }
    }
}

/// An item for sale.
#[derive(Clone, Debug)]
pub struct Item {
    /// Stock keeping unit, unique.
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// Index into [`Trade::brands`].
    pub brand: usize,
    /// The strain it is made of.
    pub strain: String,
    /// `Sativa`, `Indica` or `Hybrid`.
    pub strain_type: &'static str,
    /// Wholesale price of one unit, in dollars.
    pub unit_price: Decimal,
    /// Units in a case; 1 where it is sold singly.
    pub units_per_case: i64,
    /// Units on hand.
    pub stock: i64,
}

/// A store that buys.
#[derive(Clone, Debug)]
pub struct Customer {
    /// What it is called.
    pub name: String,
    /// License number, unique.
    pub license: String,
    /// The buyer's address for mail.
    pub email: String,
    /// Ten digits.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// City.
    pub city: &'static str,
    /// Two letters.
    pub state: &'static str,
    /// Five digits.
    pub zip: String,
    /// Index into [`Trade::reps`].
    pub rep: usize,
}

/// A sales representative.
#[derive(Clone, Debug)]
pub struct Rep {
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// E-mail address, unique.
    pub email: String,
    /// Index into [`Trade::facilities`].
    pub facility: usize,
}

/// A place that ships.
#[derive(Clone, Debug)]
pub struct Facility {
    /// 24 hex digits.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its own license number.
    pub license: String,
}

/// The world.
#[derive(Clone, Debug)]
pub struct Trade {
    /// Brand names.
    pub brands: Vec<String>,
    /// Items.
    pub items: Vec<Item>,
    /// Stores.
    pub customers: Vec<Customer>,
    /// People who sell.
    pub reps: Vec<Rep>,
    /// Places that ship; the first one is the default.
    pub facilities: Vec<Facility>,
}

const BRANDS: [&str; 6] = ["North Leaf", "South Leaf", "Pine & Petal", "Copper Canyon", "Tidewater", "High Meadow"];
const STRAINS: [(&str, &str); 8] = [
    ("Blue Dream", "Hybrid"),
    ("Sour Diesel", "Sativa"),
    ("Granddaddy Purple", "Indica"),
    ("Jack Herer", "Sativa"),
    ("Northern Lights", "Indica"),
    ("Gelato", "Hybrid"),
    ("Green Crack", "Sativa"),
    ("Bubba Kush", "Indica"),
];
const FORMS: [(&str, &str, i64, i64); 6] = [
    ("3.5g Jar", "35-JAR", 1750, 1),
    ("1g Pre-Roll", "1-PR", 450, 12),
    ("7g Pouch", "7-PCH", 3200, 1),
    ("0.5g Cartridge", "05-CRT", 1400, 10),
    ("Gummies 10pk", "GUM-10", 900, 20),
    ("Live Resin 1g", "1-LR", 2100, 1),
];
const TOWNS: [(&str, &str); 6] =
    [("Oakland", "CA"), ("Denver", "CO"), ("Portland", "OR"), ("Ann Arbor", "MI"), ("Tacoma", "WA"), ("Newark", "NJ")];
const STORES: [&str; 8] =
    ["Green Door", "The Apothecary", "Harvest Moon", "Elevate", "Corner Leaf", "Old Town Wellness", "Summit", "Clover"];
const PEOPLE: [(&str, &str); 6] =
    [("Sam", "Rivera"), ("Alex", "Chen"), ("Jo", "Okafor"), ("Dana", "Weiss"), ("Kim", "Larsen"), ("Noor", "Haddad")];

impl Trade {
    /// The world of this seed.
    pub fn from_seed(seed: u64, size: Size) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let facilities = facilities(size.facilities.max(1));
        let reps = reps(size.reps.max(1), facilities.len());
        let brands: Vec<String> =
            (0..size.brands.max(1)).map(|at| cycle(&BRANDS, at, |name| (*name).to_owned())).collect();
        let items = (0..size.items).map(|at| item(at, brands.len(), &mut random)).collect();
        let customers = (0..size.customers).map(|at| customer(at, reps.len(), &mut random)).collect();
        Self { brands, items, customers, reps, facilities }
    }
}

/// The list's entry, with a number behind it from the second time round.
fn cycle<T>(list: &[T], at: usize, name: impl Fn(&T) -> String) -> String {
    let round = at / list.len().max(1);
    let base = list.get(at % list.len().max(1)).map(name).unwrap_or_default();
    if round == 0 { base } else { format!("{base} {}", round + 1) }
}

fn facilities(count: usize) -> Vec<Facility> {
    let names = ["North Distribution", "South Distribution", "Harbor Warehouse", "Valley Warehouse"];
    (0..count)
        .map(|at| Facility {
            id: format!("60aa{:020x}", at + 1),
            name: cycle(&names, at, |name| (*name).to_owned()),
            license: format!("C11-{:07}-LIC", at + 1),
        })
        .collect()
}

fn reps(count: usize, facilities: usize) -> Vec<Rep> {
    (0..count)
        .map(|at| {
            let (first_name, last_name) = PEOPLE.get(at % PEOPLE.len()).copied().unwrap_or(("Sam", "Rivera"));
            let round = if at < PEOPLE.len() { String::new() } else { format!("{}", at / PEOPLE.len() + 1) };
            Rep {
                first_name,
                last_name,
                email: format!("{}.{}{round}@example.com", first_name.to_lowercase(), last_name.to_lowercase()),
                facility: at % facilities,
            }
        })
        .collect()
}

fn item(at: usize, brands: usize, random: &mut fastrand::Rng) -> Item {
    let (strain, strain_type) = STRAINS.get(at % STRAINS.len()).copied().unwrap_or(("Blue Dream", "Hybrid"));
    let (form, code, cents, units_per_case) =
        FORMS.get((at / STRAINS.len()) % FORMS.len()).copied().unwrap_or(("Jar", "JAR", 1000, 1));
    let initials: String = strain.split(' ').filter_map(|word| word.chars().next()).collect();
    Item {
        sku: format!("{initials}-{code}-{:03}", at + 1),
        name: format!("{strain} {form}"),
        brand: at % brands,
        strain: strain.to_owned(),
        strain_type,
        unit_price: Decimal::new(cents + random.i64(0..10) * 25, 2),
        units_per_case,
        stock: random.i64(20..200) * units_per_case.max(5),
    }
}

fn customer(at: usize, reps: usize, random: &mut fastrand::Rng) -> Customer {
    let (city, state) = TOWNS.get(at % TOWNS.len()).copied().unwrap_or(("Denver", "CO"));
    Customer {
        name: cycle(&STORES, at, |name| (*name).to_owned()),
        license: format!("C10-{:07}-LIC", at + 1),
        email: format!("buyer{}@example.com", at + 1),
        phone: format!("555{:07}", random.u32(0..10_000_000)),
        street: format!("{} Main St", random.u32(1..999)),
        city,
        state,
        zip: format!("{:05}", random.u32(10_000..99_999)),
        rep: at % reps,
    }
}
