//! Every kind of finding as a terminal shows it: `tests/check/bad/NAME.edit` changes one text of the base rules of
//! `tests/lint/base`, `NAME.stderr` is what lint says then. `UPDATE=1 cargo test diagnostics_corpus` writes
//! what is said; look at the difference before it is kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use petiole::diagnostic::render::render;
use petiole::language;
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// `FILE`, then the text to replace and the new one between marks; nothing to replace: a new file.
fn apply(edit: &str, folder: &Path) {
    let (file, rest) = edit.split_once("\n<<<<\n").unwrap();
    let (old, rest) = rest.split_once("\n====\n").unwrap();
    let new = rest.strip_suffix("\n>>>>\n").unwrap();
    let path = folder.join(file);
    if old.is_empty() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(path, new).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} has no {old:?}");
    std::fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn diagnostics_corpus() {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    let mut edits: Vec<PathBuf> =
        std::fs::read_dir(root().join("check/bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    edits.retain(|path| path.extension().is_some_and(|extension| extension == "edit"));
    edits.sort();
    for path in edits {
        cases += 1;
        let folder = Folder::new();
        copy(&root().join("lint/base"), &folder.0);
        apply(&std::fs::read_to_string(&path).unwrap(), &folder.0);
        let begin = Instant::now();
        let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
        assert!(begin.elapsed() < crate::support::patience(), "{} hangs", path.display());
        let text =
            render(&compiled.findings, &compiled.sources, false).replace(&format!("{}/", folder.0.display()), "");
        if compiled.findings.is_empty() {
            wrong.push(format!("{}: nobody noticed", path.display()));
        }
        assert!(!text.contains("very-secret"), "a secret is shown: {text}");
        let expected = path.with_extension("stderr");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&expected).unwrap_or_default();
        if kept != text {
            wrong.push(format!("{}: expected\n{kept}\nfound\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nrefresh with UPDATE=1 cargo test diagnostics_corpus", wrong.join("\n"));
    assert!(cases >= 40, "{cases} cases");
}
