//! The runtime's limits, each with its unit.

use std::time::Duration;

/// Records worked on at once, over all accounts.
pub const RECORDS_AT_ONCE: usize = 16;

/// Decisions in a row on one pair before it is put off.
pub const STEPS_MAX: usize = 20;

/// How often in a row a record may be another than the one that was decided on before it is put off.
pub const STALE_MAX: u32 = 3;

/// Rounds of reads for one decision.
pub const READ_ROUNDS_MAX: usize = 12;

/// Records of which it is remembered how they stood after an own write.
pub const OWN_WRITES_MAX: usize = 100_000;

/// Records remembered as written for just now.
pub const PACED_MAX: usize = 100_000;

/// How far a poll reads back behind its cursor.
pub const POLL_OVERLAP: Duration = Duration::from_mins(2);

/// How far a look for changes in a kept listing reads back behind the look before, where that was a moment ago.
pub const CLOSE_OVERLAP: Duration = Duration::from_secs(10);

/// For how long after a look that read back all of [`POLL_OVERLAP`] the next ones read back only [`CLOSE_OVERLAP`].
pub const CLOSE_LOOKS: Duration = Duration::from_secs(30);

/// How often changes are looked for where nothing else is said.
pub const POLL_INTERVAL: Duration = Duration::from_mins(1);

/// How old a kept listing may be before it is read again.
pub const LISTING_AGE_MAX: Duration = Duration::from_mins(1);

/// How old a kept listing may be when a look-up in it found nothing.
pub const MISS_AGE_MAX: Duration = Duration::from_secs(1);

/// How far before a record's creation its counterpart may have been created: clocks differ.
pub const CLOCK_SKEW: Duration = Duration::from_hours(24);

/// Records of which it is remembered that a read did not show them.
pub const ABSENT_MAX: usize = 100_000;

/// How long work in flight may take to end when the service stops, where no setting says otherwise.
pub const DRAIN_MAX: Duration = Duration::from_secs(20);

/// How long a claim on work holds that is not renewed.
pub const CLAIM_LEASE: Duration = Duration::from_mins(1);

/// After how much of that it is renewed.
pub const CLAIM_RENEWED: Duration = Duration::from_secs(20);

/// Hints written to the journal in one transaction.
pub const HINTS_AT_ONCE: usize = 500;

/// Candidates named for a look-up that failed.
pub const CANDIDATES_MAX: usize = 3;

/// After this long no more changes fall into the second of a modification instant, clocks a little apart included.
pub const SECOND_PASSED: Duration = Duration::from_secs(3);

/// Records of which it is remembered how they stood when they last stirred others.
pub const STIRRED_MAX: usize = 100_000;

/// Pairs that one change of a record stirs.
pub const STIRS_MAX: usize = 1_000;

/// After how many times in a row that work of a record broke off it is parked.
pub const BROKEN_OFF_PARKS: u32 = 3;

/// Records of which it is remembered how often their work broke off.
pub const BROKEN_OFF_MAX: usize = 10_000;

/// The longest pause before work is offered again to a store that could not take it.
pub const STORE_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Changes of linked records below which a sweep is never stopped.
pub const BRAKE_CHANGES_MIN: u64 = 50;

/// The share of linked records, in percent, of which a sweep changes no more unasked.
pub const BRAKE_SHARE_PERCENT: u64 = 20;

/// Accounts that the rules do not have any more and of which is kept what they allow and what they were asked.
pub const FORMER_MAX: usize = 64;

/// Records of a kind that a sweep makes, or parks, unasked, where no setting says otherwise.
pub const BRAKE_CREATES_MAX: u64 = 50;

/// Changes that a stopped sweep shows with their values.
pub const HELD_SHOWN_MAX: usize = 50;

/// How long a pass waits for work of its own that others have taken up.
pub const TAKEN_UP_MAX: Duration = Duration::from_mins(1);

/// How often a pass looks whether that work is done.
pub const TAKEN_UP_LOOK: Duration = Duration::from_millis(20);

/// Links remembered in memory at once.
pub const KNOWN_LINKS_MAX: usize = 100_000;

/// Pairs remembered as lacking their counterpart.
pub const LOST_MAX: usize = 100_000;

/// Linked records of a kind that a sweep's listing lacks and that are looked at one by one.
pub const MISSING_LOOKED_AT_MAX: usize = 200;

/// Ends of pairs whose rest is remembered.
pub const RESTED_MAX: usize = 100_000;

/// Records that a sweep keeps in memory, over all accounts; more are read one by one.
pub const SWEPT_RECORDS_MAX: usize = 50_000;

/// Places of which it is remembered what was told last.
pub const TOLD_MAX: usize = 10_000;

/// Records of which is remembered what the store was told that people call them.
pub const CALLED_MAX: usize = 100_000;

/// Calls that wait to be kept; further ones are let go.
pub const CALLS_WAITING_MAX: usize = 1_000;

/// How often it is looked whether a sweep is due, where they come in short intervals or the last one failed; and how
/// long one waits for what is put off.
pub const SWEEP_LOOK: Duration = Duration::from_secs(5);
