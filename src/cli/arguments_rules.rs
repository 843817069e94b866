//! The arguments of what concerns rule files and nothing else: `lint`, `fmt`, `new`, `test`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct LintArguments {
    /// Files or folders; the rules folder where none is given. Of a set, what is named is judged with the rest of it.
    ///
    /// The set is the rules folder where it holds what is named, else the nearest folder above with accounts, systems
    /// or settings. A file that is no rule file (.yaml, .yml, .rhai) is wrong usage, exit code 2.
    pub paths: Vec<PathBuf>,
    /// Fail on warnings too.
    #[arg(long)]
    pub deny_warnings: bool,
    /// Print who owns what, which arrows live, and every status table as a matrix.
    #[arg(long)]
    pub summary: bool,
    /// Mend what has one answer: misspelt names, letters, signs, indentation. Everything else stays letter for letter.
    ///
    /// What is mended is named, and what is left is reported as ever. A file that changed meanwhile is not written.
    #[arg(long, conflicts_with = "explain")]
    pub fix: bool,
    /// Show what --fix would change, and write nothing.
    #[arg(long, conflicts_with_all = ["format", "explain"])]
    pub diff: bool,
    /// Tell what a code means, and check nothing.
    #[arg(long, value_name = "CODE")]
    pub explain: Option<String>,
    /// How findings are written.
    #[arg(long, default_value = "text")]
    pub format: FindingsFormat,
}

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct FmtArguments {
    /// Files or folders; the rules folder where none is given. Scripts are left as they are.
    pub paths: Vec<PathBuf>,
    /// Only say which files would change.
    #[arg(long)]
    pub check: bool,
    /// Show what would change, and write nothing.
    #[arg(long)]
    pub diff: bool,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The folder; it is made where it is not there, and must be empty. With `--from-openapi` the rules folder into
    /// which the system file goes; without it the file is printed.
    #[arg(value_name = "DIR", required_unless_present = "from_openapi")]
    pub dir: Option<PathBuf>,
    /// What the system is called from which orders come; asked for on a terminal.
    #[arg(long, value_name = "NAME", conflicts_with = "from_openapi")]
    pub left: Option<String>,
    /// What the system is called to which they go; asked for on a terminal.
    #[arg(long, value_name = "NAME", conflicts_with = "from_openapi")]
    pub right: Option<String>,
    /// Drafts a system file from an OpenAPI document (2.0, 3.0 or 3.1; YAML or JSON) in place of a whole set.
    #[arg(long, value_name = "FILE")]
    pub from_openapi: Option<PathBuf>,
    /// The records that are drafted; `NAME=/path` says where the list of one is.
    #[arg(long, value_name = "NAME", num_args = 1.., requires = "from_openapi")]
    pub record: Vec<String>,
    /// What the drafted system is called; a word of the document's title where it is not said.
    #[arg(long, value_name = "NAME", requires = "from_openapi")]
    pub system: Option<String>,
}

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// Files or folders whose tests are run, with the rest of their set; all tests where none is given.
    ///
    /// The set is the rules folder where it holds what is named, else the nearest folder above with accounts, systems
    /// or settings. A file that is no rule file (.yaml, .yml, .rhai), or has no tests, is wrong usage, exit code 2.
    pub paths: Vec<PathBuf>,
    /// Only tests whose name has this in it; where none has, exit code 2.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Names every write that a test brings about and does not mention, not only those of the first tests.
    #[arg(long)]
    pub unmentioned: bool,
    /// Changes each rule, row and script line, one change at a time, and says which changes no test notices.
    ///
    /// An arrow is turned, a condition or a value left out, a constant changed, a row dropped; what lint refuses does
    /// not count. With paths, only what stands in them is changed. Each survivor comes with what would notice it.
    #[arg(long, conflicts_with_all = ["filter", "unmentioned"])]
    pub mutate: bool,
    /// With --mutate: fail where fewer of a hundred changes are noticed.
    #[arg(long, value_name = "PERCENT", requires = "mutate", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub at_least: Option<u8>,
    /// How long one test may take, such as 30s.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    pub timeout: std::time::Duration,
    /// How the report is written.
    #[arg(long, default_value = "text")]
    pub format: TestFormat,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// For code hosts.
    Sarif,
}

/// How test reports are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// For build servers: JUnit XML.
    Junit,
}

/// `30s`, `500ms`, `2m`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let seconds = || text.parse().ok().map(std::time::Duration::from_secs);
    match crate::value::duration::parse(text).or_else(seconds) {
        Some(length) if length.is_zero() => Err("a duration is longer than nothing".to_owned()),
        Some(length) => Ok(length),
        None => Err("write a duration such as 30s, 500ms or 2m".to_owned()),
    }
}
