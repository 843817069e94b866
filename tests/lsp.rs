//! The language server as an editor meets it: the real binary, over its standard input and output.

mod asking;
mod client;
mod lenses;
mod neovim;
mod renaming;
mod typing;
mod writing;

use std::path::Path;

use crate::support::Folder;

/// A copy of the shipped rules in `rules/` of a folder that goes with its test.
fn shipped() -> Folder {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &folder.0.join("rules"));
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            std::fs::copy(&path, &place).unwrap();
        }
    }
}

/// The line and the column, both from 0, at which a text stands for the first time behind another one.
#[track_caller]
fn place(text: &str, behind: &str, wanted: &str) -> (usize, usize) {
    let from = text.find(behind).unwrap_or_else(|| panic!("{behind:?} is not there"));
    let at = from + text[from..].find(wanted).unwrap_or_else(|| panic!("{wanted:?} is not there"));
    let before = &text[..at];
    (before.matches('\n').count(), at - before.rfind('\n').map_or(0, |end| end + 1))
}
