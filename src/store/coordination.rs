//! What processes that share a store tell each other through it: who lives, who works on a pair, who has which role,
//! and how much of an account's budget is whose.
//!
//! Every process is a node with a number of its own, its epoch. What it has lasts as long as it says in time that it
//! lives; who needs something of a node that did not fences that first, and what is fenced has nothing any more. So a
//! node that comes late and that nobody has fenced finds everything that it had. Lengths of time are from now, by the
//! store's own clock: never an instant of a node's.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::error::StoreError;

/// A node, by its epoch: one for each start of a process, and none is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(pub i64);

/// A pair of records that a node works on, by a token that is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hold {
    /// Who has it.
    pub node: Node,
    /// Which of all holds that there ever were.
    pub token: i64,
}

/// What one node at a time does for all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks for the changes of an account, and moves its cursors.
    Poll(String),
    /// Compares everything, and keeps how that ended.
    Sweep,
    /// Takes old entries out of the journal.
    Prune,
    /// Tells people what is parked.
    Notifier,
    /// Asks for the token that opens an account.
    Token(String),
}

/// A role that a node has. Whatever it writes as such carries this, and is refused once another has the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The role.
    pub role: Role,
    /// How often the role had changed hands then: a later holder's is always higher.
    pub term: i64,
}

/// How many calls an account's peer takes in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The calls.
    pub calls: u32,
    /// In any stretch of this length.
    pub per: Duration,
}

/// Calls of an account's budget that a node may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Which of all draws that there ever were.
    pub number: i64,
    /// How many calls.
    pub calls: u32,
    /// For how long from the draw they may be begun; what is not used by then is gone.
    pub lasts: Duration,
    /// With no calls: after how long there may be some.
    pub wait: Duration,
}

/// A node that is not fenced, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Living {
    /// Which.
    pub node: Node,
    /// What it says of itself: the text of a JSON object; empty: nothing yet.
    pub about: String,
    /// For how long it lives unless it says again that it does; zero: it is silent, and may be fenced.
    pub lives_for: Duration,
    /// The roles that it has, as [`Role`] is shown.
    pub roles: Vec<String>,
    /// The pairs that it works on.
    pub holds: u64,
}

/// What is drawn of an account's budget, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The account.
    pub account: String,
    /// Calls that count in the present stretch, of all nodes.
    pub calls: u64,
    /// For how long nobody draws, since the peer asked for silence.
    pub paused_for: Duration,
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Poll(account) => write!(out, "poll {account}"),
            Self::Sweep => out.write_str("sweep"),
            Self::Prune => out.write_str("prune"),
            Self::Notifier => out.write_str("notifier"),
            Self::Token(account) => write!(out, "token {account}"),
        }
    }
}

/// How long the calls of one draw may be begun.
pub const DRAW_LASTS: Duration = Duration::from_secs(1);

/// Nodes, holds, roles and budgets. Whatever a node does that is fenced answers [`StoreError::LostClaim`]: it joins
/// anew, as another.
#[async_trait]
pub trait Coordination: Send + Sync {
    /// Says where the process that has this store is spoken to, for others on the same machine; see
    /// [`open::served_at`](super::open::served_at). Of no store but one in a file anything is kept.
    async fn serve_at(&self, url: &str) -> Result<(), StoreError>;

    /// Begins a node that lives for this long from now, unless it says that it lives on.
    async fn join(&self, ttl: Duration) -> Result<Node, StoreError>;

    /// A node lives on, for this long from now.
    async fn beat(&self, node: Node, ttl: Duration) -> Result<(), StoreError>;

    /// Fences the nodes whose time is over, with all that they have; which ones.
    async fn fence(&self) -> Result<Vec<Node>, StoreError>;

    /// Keeps what a node says of itself, for people. Of a store that one process owns nothing is kept.
    async fn tell(&self, node: Node, about: &str) -> Result<(), StoreError> {
        let _ = (node, about);
        Ok(())
    }

    /// The nodes that are not fenced. Of a store that one process owns none is told: who asks is the one.
    async fn nodes(&self) -> Result<Vec<Living>, StoreError> {
        Ok(Vec::new())
    }

    /// What is drawn of budgets that several processes share.
    async fn budgets(&self) -> Result<Vec<Drawn>, StoreError> {
        Ok(Vec::new())
    }

    /// A node ends, and gives back all that it has. One that is fenced has nothing to give back.
    async fn leave(&self, node: Node) -> Result<(), StoreError>;

    /// Takes a pair, by its name or by that of a counterpart that is to be made. None: a node that lives has it. The
    /// node that has it already gets it under a new token, and the old one is lost: it keeps its own tasks apart.
    async fn hold(&self, node: Node, pair: &str) -> Result<Option<Hold>, StoreError>;

    /// Checks that a hold is the current one of its pair.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`].
    async fn holds(&self, hold: Hold) -> Result<(), StoreError>;

    /// Gives a pair back. False: another had it by then, and still has.
    async fn release(&self, hold: Hold) -> Result<bool, StoreError>;

    /// Takes a role for this long from now, or keeps it, under the same term. None: a node that lives has it.
    async fn lead(&self, node: Node, role: &Role, length: Duration) -> Result<Option<Lead>, StoreError>;

    /// Gives a role back. False: another had it by then, and still has.
    async fn resign(&self, lead: &Lead) -> Result<bool, StoreError>;

    /// Takes up to so many calls out of an account's budget. Over all nodes no stretch of the rate's length sees more
    /// calls than the rate says, as long as each node begins them while the draw lasts.
    async fn draw(&self, node: Node, account: &str, calls: u32, rate: Rate) -> Result<Draw, StoreError>;

    /// Gives calls of a draw back that were not begun, once and for all of it.
    async fn give_back(&self, account: &str, draw: &Draw, unused: u32) -> Result<(), StoreError>;

    /// Nobody draws of an account's budget for this long from now, or longer where that was said before.
    async fn pause(&self, account: &str, length: Duration) -> Result<(), StoreError>;
}
