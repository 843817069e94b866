//! What opens an account, said in a system file: calls pass with it, nobody is shown it, and what cannot be is a finding.

mod basic;
mod oauth2;
mod refresh;
mod stage;
mod told;
mod webhooks;
