//! What exit codes mean, for every command.

/// It worked.
pub const OK: u8 = 0;

/// The rules have errors.
pub const INVALID: u8 = 1;

/// Wrong usage.
pub const USAGE: u8 = 2;

/// Tests failed.
pub const TESTS_FAILED: u8 = 4;

/// It did not work, or something is left.
pub const FAILED: u8 = 3;

/// Changes are pending.
pub const PENDING: u8 = 5;

/// A simulation found something that may not be.
pub const VIOLATED: u8 = 5;

/// Whoever read the output went away: as if SIGPIPE had ended the process.
pub const NOBODY_READS: u8 = 141;

/// What a command ends with beside 2, which is wrong usage everywhere: one table for every `--help`.
pub const OF_COMMANDS: &[(&str, &[(u8, &str)])] = &[
    ("demo", &[(OK, "both sides are in step in the end"), (FAILED, "they are not, or the demo could not run")]),
    (
        "run",
        &[
            (OK, "ended by SIGTERM or SIGINT, after what was in flight"),
            (INVALID, "the rules have errors, and none that served before take their place"),
            (FAILED, "it could not start or go on: the address, the store, the system"),
        ],
    ),
    (
        "sync",
        &[
            (OK, "both sides are in step in what was looked at"),
            (INVALID, "the rules have errors"),
            (FAILED, "something is left, each named; or the record, a system or the store was not to be had"),
        ],
    ),
    (
        "plan",
        &[
            (OK, "there is nothing to do"),
            (INVALID, "the rules have errors"),
            (FAILED, "it cannot be told, or not all of it: a record, a system or the store was not to be had"),
            (PENDING, "changes are pending"),
        ],
    ),
    (
        "replay",
        &[
            (OK, "every decision comes out the same"),
            (INVALID, "the rules have errors"),
            (FAILED, "of some it cannot be told, and none comes out otherwise; or the store was not to be had"),
            (PENDING, "some come out otherwise"),
        ],
    ),
    (
        "eval",
        &[
            (OK, "it has a value"),
            (INVALID, "it has none, or the input cannot be read; of several lines: one has none"),
        ],
    ),
    (
        "lint",
        &[
            (OK, "no error, and with --deny-warnings no warning"),
            (INVALID, "findings that count as errors"),
            (FAILED, "with --fix: a file could not be written"),
        ],
    ),
    ("new", &[(OK, "the set is written"), (FAILED, "the folder is not empty, or a file could not be written")]),
    (
        "fmt",
        &[
            (OK, "every file is in its canonical layout now"),
            (INVALID, "with --check or --diff one would change; or one cannot be read, and is left as it is"),
            (FAILED, "a file could not be written"),
        ],
    ),
    ("status", &[(OK, "a service answers"), (FAILED, "none does, or it refuses; what the store holds is shown")]),
    ("inbox", &[(OK, "done"), (FAILED, "there is no such entry, or it could not be done")]),
    (
        "explain",
        &[(OK, "it is told"), (FAILED, "nothing is known of the record, or neither service nor store can be asked")],
    ),
    ("tap", &[(OK, "ended by Ctrl-C"), (FAILED, "no service answers, or it refuses")]),
    ("hold", &[(OK, "it is held"), (FAILED, "nothing is called so, or the store cannot take it")]),
    ("release", &[(OK, "it goes on"), (FAILED, "it is not held, or the store cannot take it")]),
    (
        "retry",
        &[(OK, "what was put off goes now"), (FAILED, "nothing is called so, or of that record nothing is put off")],
    ),
    (
        "take",
        &[
            (OK, "what gave way stands, or did already"),
            (FAILED, "nothing is called so, nothing of it was lost, one side owns it, or the pair has moved since"),
        ],
    ),
    ("find", &[(OK, "found"), (FAILED, "nobody is called so, or neither service nor store can be asked")]),
    (
        "doctor",
        &[
            (OK, "nothing is wrong"),
            (INVALID, "the rules have errors"),
            (FAILED, "something is wrong with the store or with an account, or it cannot be asked"),
        ],
    ),
    ("store", &[(OK, "everything was copied, and both hold the same"), (FAILED, "it was not; why is said")]),
    ("completions", &[(OK, "printed")]),
    ("man", &[(OK, "printed")]),
    ("version", &[(OK, "printed")]),
    ("schema", &[(OK, "printed")]),
    ("lsp", &[(OK, "the editor ended it"), (FAILED, "the editor went away without a word, or broke the protocol")]),
    (
        "simulate",
        &[
            (OK, "ended by SIGTERM or SIGINT; with --seeds: nothing was found that may not be"),
            (INVALID, "the system file, or with --seeds the rules, have errors"),
            (FAILED, "it could not start"),
            (VIOLATED, "with --seeds: something was found that may not be"),
        ],
    ),
    ("test", &[(OK, "all tests passed"), (INVALID, "the rules have errors"), (TESTS_FAILED, "tests failed")]),
];

/// The exit codes of a command as the end of its help; of none, those of all.
pub fn help(command: Option<&str>) -> String {
    let line = |(code, meaning): (u8, &str)| format!("  {code}  {meaning}\n");
    let usage = (USAGE, "wrong usage");
    let codes: Vec<(u8, &str)> = match command {
        None => vec![
            (OK, "it worked; both sides are in step"),
            (INVALID, "the rules have errors"),
            usage,
            (FAILED, "it did not work, or something is left"),
            (TESTS_FAILED, "tests beside the rules failed"),
            (PENDING, "a plan has changes, a replay differences, or a simulation found what may not be"),
        ],
        Some(name) => {
            let own =
                OF_COMMANDS.iter().filter(|(known, _)| *known == name).flat_map(|(_, codes)| codes.iter().copied());
            let mut codes: Vec<(u8, &str)> = own.chain([usage]).collect();
            codes.sort_by_key(|(code, _)| *code);
            codes
        }
    };
    format!("Exit codes:\n{}", codes.into_iter().map(line).collect::<String>())
}
