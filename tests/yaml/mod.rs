//! The YAML reader beside another one: what both read of a text is the same, or both refuse it.
//!
//! The other one is `serde_yaml`, which knows nothing of ours. Texts are written from trees in all the ways that rule
//! files use, and then spoilt here and there. Where the two differ on purpose, [`differs_by_design`] says why.

mod written;

use petiole::diagnostic::FileId;
use petiole::language::syntax::yaml::{DEPTH_MAX, Node, NodeKind, Scalar, parse};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, proptest};
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_yaml::{Mapping, Value as Yaml};
use written::{Choices, text};

/// What a text comes to by our reader; none where it refuses it.
fn ours(text: &str) -> Option<Yaml> {
    let (node, found) = parse(FileId(0), text);
    if found.is_empty() { value(&node) } else { None }
}

/// Of a plain scalar, YAML's own rules say what it is, which our reader leaves to whoever reads the node.
fn value(node: &Node) -> Option<Yaml> {
    Some(match &node.kind {
        NodeKind::Null => Yaml::Null,
        NodeKind::Scalar(one) => scalar(one),
        NodeKind::Sequence(items) => Yaml::Sequence(items.iter().map(value).collect::<Option<_>>()?),
        NodeKind::Mapping(entries) => {
            let mut fields = Mapping::new();
            for (key, inner) in entries {
                // Two spellings of one number are two keys to us.
                if fields.insert(scalar(key), value(inner)?).is_some() {
                    return None;
                }
            }
            Yaml::Mapping(fields)
        }
    })
}

fn scalar(one: &Scalar) -> Yaml {
    if !one.plain {
        return Yaml::String(one.text.clone());
    }
    // By itself, this begins a document.
    if one.text.starts_with("---") {
        return Yaml::String(one.text.clone());
    }
    match serde_yaml::from_str(&one.text) {
        Ok(leaf @ (Yaml::Null | Yaml::Bool(_) | Yaml::Number(_))) => leaf,
        _ => Yaml::String(one.text.clone()),
    }
}

fn theirs(text: &str) -> Option<Yaml> {
    serde_yaml::from_str(text).ok()
}

/// Why a text is read by one and refused by the other; none where there is no such reason. What both read is the same.
fn differs_by_design(text: &str, own: Option<&Yaml>, other: Option<&Yaml>) -> Option<&'static str> {
    let lines = || text.lines().map(str::trim_start);
    match (own, other) {
        _ if text.contains('?') && text.contains(['[', '{']) => {
            Some("YAML 1.2 lets a question mark stand in words between brackets; the other takes it for a key's")
        }
        (Some(_), None) if text.contains('\t') => {
            Some("YAML 1.2, which ours follows, lets a tab stand between words; 1.1 does not")
        }
        (Some(own), None) if has_empty_key(own) => {
            Some("YAML 1.2 has empty keys; who reads the map finds that there is no such key")
        }
        (Some(_), _) if lines().any(|line| line.starts_with(['|', '>'])) => {
            Some("YAML 1.2 lets the lines of a block that is the whole file stand at the margin")
        }
        (Some(_), None) if [":]", ":}", ":,", "{:", "[:", ",:", ", :", ": :"].iter().any(|end| text.contains(end)) => {
            Some("YAML 1.2 has its own rules for colons beside brackets and commas")
        }
        (None, Some(_))
            if ["'#", "\"#", "]#", "}#", "|#", ">#", "-#", "+#", "{#", "[#", ",#"]
                .iter()
                .any(|end| text.contains(end)) =>
        {
            Some("a comment begins behind a blank; that is so in YAML 1.1, too, and not checked there")
        }
        (Some(_), None) if lines().any(|line| line.matches('{').count() > line.matches('}').count()) => {
            Some("YAML 1.2 lets a key between braces go on in the next line; who reads the map finds no such key")
        }
        (None, Some(_)) if ["[-", "{-", ",-", ", -", ": -"].iter().any(|begin| text.contains(begin)) => {
            Some("a word between brackets is no dash alone; that is so in YAML 1.1, too, and not checked there")
        }
        (None, Some(_)) if text.lines().any(|line| !line.is_empty() && line.trim().is_empty()) => Some(
            "an empty line before a block is not indented further; that is so in YAML 1.1, too, and not checked there",
        ),
        (None, Some(other)) if has_list_or_map_as_key(other) => Some("a key is a name"),
        (None, Some(_)) if lines().any(|line| line.starts_with(['|', '>'])) => {
            Some("a block belongs to what it is indented under; that is so in YAML 1.1, too, and not checked there")
        }
        _ => None,
    }
}

fn has_list_or_map_as_key(read: &Yaml) -> bool {
    match read {
        Yaml::Sequence(items) => items.iter().any(has_list_or_map_as_key),
        Yaml::Mapping(fields) => {
            fields.iter().any(|(key, inner)| key.is_sequence() || key.is_mapping() || has_list_or_map_as_key(inner))
        }
        _ => false,
    }
}

fn has_empty_key(read: &Yaml) -> bool {
    match read {
        Yaml::Sequence(items) => items.iter().any(has_empty_key),
        Yaml::Mapping(fields) => fields.iter().any(|(key, inner)| key.is_null() || has_empty_key(inner)),
        _ => false,
    }
}

fn same(text: &str) -> Result<(), String> {
    let (own, other) = (ours(text), theirs(text));
    if own == other || differs_by_design(text, own.as_ref(), other.as_ref()).is_some() {
        return Ok(());
    }
    let told = |read: &Option<Yaml>| read.as_ref().map_or("refuses".to_owned(), |read| format!("reads {read:?}"));
    Err(format!("{text}\n---\nours {}\ntheirs {}", told(&own), told(&other)))
}

/// A change of a text by hand: what is put in or taken out, and where.
fn slip() -> impl Strategy<Value = (usize, usize, &'static str)> {
    let bits = [
        "", " ", "  ", "\n", ":", ": ", "- ", "-", "#", " # so", "'", "\"", "[", "]", "{", "}", ",", "|", ">", "a",
        "1", "~", "\\", "é", "?", "@", "\t",
    ];
    (any::<usize>(), 0..3_usize, select(bits.to_vec()))
}

fn spoilt(text: &str, (at, cut, put): (usize, usize, &str)) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = at % (letters.len() + 1);
    let rest = letters.iter().skip(at + cut);
    letters.iter().take(at).copied().chain(put.chars()).chain(rest.copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_by_both_the_same(bytes in vec(any::<u8>(), 0..120)) {
        let written = text(&mut Choices::new(&bytes));
        prop_assert!(ours(&written).is_some(), "refused: {written}\n{:?}", parse(FileId(0), &written).1);
        let read = same(&written);
        prop_assert!(read.is_ok(), "{}", read.unwrap_err());
    }

    #[test]
    fn what_is_spoilt_is_read_the_same_or_refused_by_both(bytes in vec(any::<u8>(), 0..60), slips in vec(slip(), 1..3)) {
        let written = text(&mut Choices::new(&bytes));
        let spoilt = slips.into_iter().fold(written, |text, slip| spoilt(&text, slip));
        let read = same(&spoilt);
        prop_assert!(read.is_ok(), "{}", read.unwrap_err());
    }
}

/// What `serde_yaml` takes and rules have no use for, each with a text.
#[test]
fn what_only_the_other_reader_takes_is_refused_by_ours() {
    let deep = format!("{}x{}", "[".repeat(DEPTH_MAX + 1), "]".repeat(DEPTH_MAX + 1));
    for (text, why) in [
        ("a: &x 1\nb: *x\n", "a value stands where it is used, so that a finding can point at it"),
        ("a: !money 1\n", "the system file says what a field is, and no tag"),
        ("? [a, b]\n: c\n", "a key is a name"),
        (deep.as_str(), "rules nest by a handful of levels; a file that does not is no rule file"),
    ] {
        assert!(theirs(text).is_some(), "{why}: {text}");
        assert!(ours(text).is_none(), "{why}: {text}");
    }
}

/// What is written is read as what was meant, whatever it looks like.
#[test]
fn texts_that_look_like_something_else_stay_texts() {
    for (text, means) in [
        ("no", "no"),
        ("01234", "01234"),
        ("1.10", "1.10"),
        ("yes", "yes"),
        ("1_000", "1_000"),
        ("2026-01-05", "2026-01-05"),
    ] {
        let (node, _) = parse(FileId(0), text);
        assert!(matches!(&node.kind, NodeKind::Scalar(one) if one.text == means), "{text}: {node:?}");
    }
}

/// Every reason for which the two may differ is one for which they do.
#[test]
fn every_difference_by_design_is_there() {
    let mut reasons = Vec::new();
    for text in [
        "a:\tb\n-\tc\n",
        "-\ta\n",
        ": a\n",
        "|\na\n",
        "[a:]\n",
        "'a'# so\n",
        "[-]\n",
        "? - a\n: b\n",
        "a:\n|\n",
        "[?a]\n",
        "{a\nb: c}\n",
        "a: |\n  \n # b\nc: d\n",
    ] {
        let (own, other) = (ours(text), theirs(text));
        if own != other {
            let reason = differs_by_design(text, own.as_ref(), other.as_ref());
            reasons.push(reason.unwrap_or_else(|| panic!("{text}: ours {own:?}, theirs {other:?}")));
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), 11, "{reasons:#?}");
}

/// A block that the end of the file cuts off ends where it ends.
#[test]
fn the_last_line_of_a_file_needs_no_line_end() {
    for (text, means) in [("a: |\n  b", "b"), ("a: |+\n  b", "b"), ("a: |\n  b\n", "b\n"), ("a: >\n  b\n  ", "b\n")] {
        assert_eq!(ours(text), theirs(text), "{text:?}");
        assert_eq!(ours(text).and_then(|read| Some(read.get("a")?.as_str()?.to_owned())).as_deref(), Some(means));
    }
}
