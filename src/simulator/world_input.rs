//! The body of `POST /_control/world`: which world people ask a simulator to begin anew with.
//!
//! The same body fits every simulated system; each takes what concerns it. The same seed and
//! sizes give worlds that agree with each other.

use serde::Deserialize;

use super::trade::{Size, Trade};

/// The most companies, brands, sales representatives or facilities of a world.
const PARTIES_MAX: usize = 200;
/// The most items or customers of a world.
const ROWS_MAX: usize = 100_000;

/// What a world is asked to be; what is not said is as in [`Size::default`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WorldInput {
    /// What is left to chance; that of the world before where it is not said.
    pub(super) seed: Option<u64>,
    /// Companies that sell, each with brands of its own.
    pub(super) companies: Option<usize>,
    brands: Option<usize>,
    #[serde(alias = "products")]
    items: Option<usize>,
    customers: Option<usize>,
    reps: Option<usize>,
    facilities: Option<usize>,
    /// The companies' API keys, in order.
    pub(super) keys: Vec<String>,
    /// A user's key, which opens all companies.
    pub(super) token: Option<String>,
}

impl WorldInput {
    /// Reads a body; an empty one asks for the world of every default.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let input: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let parties = [("companies", input.companies), ("brands", input.brands), ("reps", input.reps)];
        let rows = [("items", input.items), ("customers", input.customers)];
        let sizes = parties.into_iter().chain([("facilities", input.facilities)]).map(|one| (one, PARTIES_MAX));
        for ((name, size), most) in sizes.chain(rows.map(|one| (one, ROWS_MAX))) {
            if size.is_some_and(|size| size > most) {
                return Err(format!("{name} is at most {most}"));
            }
        }
        Ok(input)
    }

    /// The trade of that size. There are at least as many brands as companies.
    pub(super) fn trade(&self, seed: u64) -> Trade {
        let usual = Size::default();
        let size = Size {
            brands: self.brands.unwrap_or(usual.brands).max(self.companies.unwrap_or(1)),
            items: self.items.unwrap_or(usual.items),
            customers: self.customers.unwrap_or(usual.customers),
            reps: self.reps.unwrap_or(usual.reps),
            facilities: self.facilities.unwrap_or(usual.facilities),
        };
        Trade::from_seed(self.seed.unwrap_or(seed), size)
    }
}
