//! `lint --fix`: what has one answer is mended, everything else stays letter for letter, and what nobody may write over
//! is left alone.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use petiole::language::mend::mend;
use petiole::language::source::{SourceFile, SourceMap, load};
use petiole::world::{Files as _, SystemFiles};

use crate::support::{Folder, petiole};

/// What a command that is run in a folder ends with, and all that it prints.
fn run(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let done = petiole().current_dir(&folder.0).args(arguments).output().unwrap();
    let told = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (done.status.code().unwrap(), told)
}

/// Mistakes of the shipped rules, each with one answer: a file, what stands there, and what is written instead.
const MISTAKES: [(&str, &str, &str); 10] = [
    ("pipelines/orders.yaml", "leaflink.created_on", "leaflink.creatd_on"),
    ("pipelines/orders.yaml", "via table order_status", "via table order_statuss"),
    ("pipelines/orders.yaml", "leaflink.payment_term <->", "leaflink.payment_term <=>"),
    ("pipelines/orders.yaml", "and not is_older(leaflink,", "&& not is_older(leaflink,"),
    ("tables/order_status.yaml", "from Submitted\n", "from submitted\n"),
    ("pipelines/stock.yaml", "pipeline: stock", "pipeline:\u{a0}stock"),
    ("systems/leaflink.yaml", "classification: text", "classification: tetx"),
    ("settings.yaml", "mode: live", "mode: Live"),
    ("accounts.yaml", "company_id:", "compny_id:"),
    ("accounts.yaml", "base_url: ${FLOURISH", "base_ulr: ${FLOURISH"),
];

fn shipped() -> Vec<SourceFile> {
    let (sources, _) = load(&SystemFiles, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")]);
    sources.files().map(|(_, file)| file.clone()).collect()
}

fn spoilt() -> Vec<SourceFile> {
    let mut files = shipped();
    for (name, right, wrong) in MISTAKES {
        let file = files.iter_mut().find(|file| file.name.ends_with(name)).unwrap();
        assert!(file.text.contains(right), "{name} has no {right}");
        file.text = file.text.replacen(right, wrong, 1);
    }
    files
}

#[test]
fn many_mistakes_at_once_are_mended_to_the_letter() {
    let mended = mend(&SourceMap::new(spoilt()), |_| true);
    for (is, was) in mended.files.iter().zip(shipped()) {
        let first = is.text.lines().zip(was.text.lines()).find(|(is, was)| is != was);
        assert!(is.text == was.text, "{}: {first:?}", is.name);
    }
    let again = mend(&SourceMap::new(mended.files.clone()), |_| true);
    assert!(again.made.is_empty(), "{:?}", again.made);
}

#[test]
fn only_what_is_named_is_mended() {
    let mended = mend(&SourceMap::new(spoilt()), |file| file.ends_with("settings.yaml"));
    let made: Vec<&str> = mended.made.iter().map(|one| one.code).collect();
    for (is, was) in mended.files.iter().zip(spoilt()) {
        assert!(is.text == was.text || is.name.ends_with("settings.yaml"), "{} {made:?}", is.name);
    }
}

/// A small set in a folder, with a mistake.
fn folder() -> Folder {
    let folder = Folder::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/rules");
    for path in SystemFiles.list(&from).unwrap() {
        std::fs::copy(&path, folder.0.join(path.file_name().unwrap())).unwrap();
    }
    folder
}

#[test]
fn files_are_mended_in_place_and_a_difference_writes_nothing() {
    let folder = folder();
    let file = folder.0.join("parcels.yaml");
    let right = std::fs::read_to_string(&file).unwrap();
    let wrong = right.replacen("via table stages", "via table stagse", 1);
    assert_ne!(right, wrong);
    std::fs::write(&file, &wrong).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();

    let (code, told) = run(&folder, &["lint", ".", "--fix", "--diff"]);
    assert_eq!(
        run(&folder, &["lint", ".", "--diff"]),
        (code, told.clone()),
        "the difference is shown without --fix, too"
    );
    assert!(code == 1 && told.contains("\n-") && told.contains("via table stagse"), "{told}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), wrong);

    let (code, told) = run(&folder, &["lint", ".", "--fix"]);
    assert!(code == 0 && told.contains("mended unknown-table"), "{told}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), right);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    let left: Vec<String> =
        SystemFiles.list(&folder.0).unwrap().iter().map(|path| path.display().to_string()).collect();
    assert!(!left.iter().any(|name| name.contains(".tmp")), "{left:?}");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written() {
    let folder = Folder::new();
    let file = folder.0.join("a.yaml");
    std::fs::write(&file, "theirs\n").unwrap();
    let refused = SystemFiles.replace(&file, Some(b"as it was\n"), b"ours\n").unwrap_err();
    assert!(refused.to_string().contains("changed"), "{refused}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "theirs\n");
    assert_eq!(SystemFiles.list(&folder.0).unwrap(), [file]);
}

#[test]
fn a_difference_shows_no_secret() {
    let folder = folder();
    let file = folder.0.join("accounts.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let key = text.lines().find(|line| line.contains("${") && !line.contains("base_url")).unwrap().to_owned();
    let (name, _) = key.split_once(": ").unwrap();
    let spoilt =
        text.replacen(&key, &format!("{name}: sk_live_0123456789"), 1).replacen("    base_url", "    base_ulr", 1);
    std::fs::write(&file, spoilt).unwrap();
    let (_, told) = run(&folder, &["lint", ".", "--fix", "--diff"]);
    assert!(!told.contains("sk_live"), "{told}");
}

/// An editor makes a fix of lines and columns.
#[test]
fn a_fix_in_json_says_where_and_what() {
    let folder = folder();
    let file = folder.0.join("parcels.yaml");
    let right = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, right.replacen("via table stages", "via table stagse", 1)).unwrap();
    let done = petiole().current_dir(&folder.0).args(["lint", ".", "--format", "json"]).output().unwrap();
    let whole: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let fix = &whole["findings"][0]["fix"];
    assert_eq!(fix.as_array().unwrap().len(), 1, "{whole:#}");
    assert_eq!(fix[0]["replacement"], "stages");
    let number = |name: &str| usize::try_from(fix[0][name].as_u64().unwrap()).unwrap();
    let line = right.lines().nth(number("line") - 1).unwrap();
    let meant: String = line.chars().skip(number("column") - 1).take(6).collect();
    assert_eq!((meant.as_str(), number("end_column") - number("column")), ("stages", 6));
}
