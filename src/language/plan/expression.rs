//! (in the making)
/// Stand-in.
#[derive(Debug)]
pub struct CompiledExpression;
