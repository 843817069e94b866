//! What there is to say of the codes under which records wait for a person.

/// A code of what waits: why, and when it goes on.
pub struct Park {
    /// The code, as the inbox and `parked:` of a test have it.
    pub code: &'static str,
    /// Why it waits.
    pub because: &'static str,
    /// When it goes on.
    pub until: &'static str,
}

const fn park(code: &'static str, because: &'static str, until: &'static str) -> Park {
    Park { code, because, until }
}

/// Every code of a stop.
pub const PARKS: &[Park] = &[
    park("after-another", "records that `after` names are not through yet, or will not come through", "when they are"),
    park(
        "answer-of-another",
        "the peer answered a create with a record that is linked already; no second link is made",
        "what it made is looked for at the next try, before it is made again",
    ),
    park(
        "broke-off",
        "the work on it ended three times by a fault of petiole's own",
        "at the next try; please report it",
    ),
    park(
        "counterpart-gone",
        "its counterpart was deleted or merged away at the other side",
        "when a record matches again; `petiole inbox retry` has a new one made, `petiole inbox relink` names another",
    ),
    park(
        "counterpart-taken",
        "its counterpart is linked with another record",
        "when that lets go, or by `inbox match`",
    ),
    park(
        "doubled-key",
        "several rows of a file hold one key, and it is told which lines they are",
        "when the file has each once",
    ),
    park(
        "field-gone",
        "answers lack a field that rules read: it was renamed, and absent is not null",
        "when it is back, or the system file has its new name",
    ),
    park("future-instant", "its instant of change lies in the time to come", "when the peer's clock is right"),
    park(
        "held-by-rule",
        "another record needs its counterpart, which `hold when` of a pipeline has wait",
        "when the condition no longer holds",
    ),
    park(
        "list-shrunk",
        "a list suddenly shows less than half of what is linked",
        "when a later list shows it, or confirms it",
    ),
    park(
        "missing-counterpart",
        "its counterpart is not there, or cannot be made",
        "when it appears, or by `inbox match`",
    ),
    park("missing-value", "creating needs a field that no rule filled; nothing was written", "when the source has it"),
    park("not-carried", "no account carries the record", "when an account does, or the rules change"),
    park("not-listed", "a record that a list named is not there when it is read", "at the next try"),
    park("not-owned", "what would be made belongs to another system under `ownership`", "when the rules change"),
    park(
        "not-shown",
        "the peer refuses to show the record, whenever it is asked",
        "at the next try, or when the record changes",
    ),
    park("nothing-to-match", "it has nothing in the field by which it is matched", "when it has"),
    park("parked-by-rule", "a rule or a row says `park`", "when the source or the rules change"),
    park("passed-by", "it was never seen in a state that brings it over", "by `petiole inbox retry`"),
    park("refused", "the peer refused the write for good, in its own words", "when the source or the rules change"),
    park(
        "rule-failed",
        "an expression or a script failed, and nobody says what happens then",
        "when the source or the rules change",
    ),
    park("several-match", "several records match it, and it is told which", "when one is left, or by `inbox match`"),
    park("too-much-work", "its rules take more than the limits allow", "when they take less"),
    park("unmapped-value", "a table has no row for the value", "when the rules change"),
    park(
        "unreachable-state",
        "no call leads the other side to the state that a row asks for",
        "when its state or the rules change",
    ),
    park(
        "unreadable-record",
        "no parser takes the record, or it is too large; the others went on",
        "when the peer mends it",
    ),
    park("update-not-allowed", "the peer takes no update of the record in its state", "when its state changes"),
    park(
        "waits-for-itself",
        "`after` or `with` lead back to the record itself; the message names the ring",
        "when the rules change",
    ),
    park(
        "wiping-empty",
        "null or an empty text would take the place of a value, and the rule does not say `or clear`",
        "when the source has a value, the other side has none, or the rule says `or clear`",
    ),
    park(
        "will-not-keep",
        "the peer made the same of the same value twice, and it would be written for ever",
        "when the source changes",
    ),
];
