//! What has to agree between two linked records although nobody writes it, such as sums that each side works out.

use super::expression::CompiledExpression;
use super::rule_line::RuleLine;

/// A line of `agree:`.
#[derive(Debug)]
pub struct Agreement {
    /// The pipeline and what people call it: names what was told last in the base.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Holds where the two agree.
    pub condition: CompiledExpression,
    /// What it is made from, as written: shown where it does not hold.
    pub shown: Vec<(String, CompiledExpression)>,
    /// Its line.
    pub line: RuleLine,
}
