//! `petiole new`: what it writes is clean, laid out, passes its tests, and takes nothing that is there.

use petiole::view::starter::starter;

use crate::support::{Folder, petiole};

fn run(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let done = petiole().current_dir(&folder.0).args(arguments).output().unwrap();
    let told = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (done.status.code().unwrap(), told)
}

#[test]
fn a_new_set_is_clean_and_passes_its_tests() {
    let folder = Folder::new();
    let (code, told) = run(&folder, &["new", "joined/rules", "--left", "web_shop", "--right", "depot2"]);
    assert_eq!(code, 0, "{told}");
    let (code, told) = run(&folder, &["lint", "joined/rules", "--deny-warnings"]);
    assert_eq!(code, 0, "{told}");
    let (code, told) = run(&folder, &["fmt", "joined/rules", "--check"]);
    assert_eq!(code, 0, "{told}");
    let (code, told) = run(&folder, &["test", "--rules", "joined/rules"]);
    assert!(code == 0 && told.contains(" 0 failed"), "{told}");
    let page = std::fs::read_to_string(folder.0.join("joined/rules/README.md")).unwrap();
    assert!(page.contains("WEB_SHOP_URL") && page.contains("systems/depot2.yaml") && !page.contains("LEFT"), "{page}");
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = Folder::new();
    std::fs::create_dir(folder.0.join("rules")).unwrap();
    std::fs::write(folder.0.join("rules/mine.txt"), "mine").unwrap();
    let (code, told) = run(&folder, &["new", "rules", "--left", "a", "--right", "b"]);
    assert!(code == 3 && told.contains("is not empty"), "{told}");
    assert_eq!(std::fs::read_dir(folder.0.join("rules")).unwrap().count(), 1);
}

#[test]
fn names_are_asked_for_and_looked_at() {
    let folder = Folder::new();
    let (code, told) = run(&folder, &["new", "rules"]);
    assert!(code == 2 && told.contains("--left NAME --right NAME"), "{told}");
    for (left, right) in [("Shop", "depot"), ("shop", "shop"), ("settings", "depot"), ("", "depot"), ("a-b", "depot")] {
        let (code, told) = run(&folder, &["new", "rules", "--left", left, "--right", right]);
        assert!(code == 2 && !folder.0.join("rules").exists(), "{left} {right}: {told}");
    }
    assert!(starter(&"a".repeat(41), "b").is_err());
    assert!(starter("left", "right").is_ok());
}
