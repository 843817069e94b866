//! `petiole demo`: in the making.
use super::arguments::{Arguments, DemoArguments};
/// Shows a day of trade.
pub async fn demo(_arguments: &Arguments, _demo: &DemoArguments) -> u8 {
    0
}
