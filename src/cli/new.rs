//! `petiole new`: a small working rule set in a folder that is empty or not there, or a system file that is drafted
//! from an OpenAPI document.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use super::arguments_rules::NewArguments;
use super::exit_code;
use crate::view::drafted::{Asked, drafted};
use crate::view::starter::starter;
use crate::world::files::Entry;
use crate::world::{Files as _, SystemFiles};

/// Writes what is asked for.
pub(super) fn new(new: &NewArguments) -> u8 {
    match (&new.from_openapi, &new.dir) {
        (Some(document), dir) => system(new, document, dir.as_deref()),
        (None, Some(dir)) => set(new, dir),
        (None, None) => refused(exit_code::USAGE, "name the folder: `petiole new DIR`"),
    }
}

/// Drafts a system file.
fn system(new: &NewArguments, document: &Path, dir: Option<&Path>) -> u8 {
    let asked: Result<Vec<Asked>, String> = new.record.iter().map(|text| Asked::parse(text)).collect();
    let asked = match asked {
        Ok(asked) => asked,
        Err(message) => return refused(exit_code::USAGE, &message),
    };
    let text = SystemFiles.read(document).map_err(|error| error.to_string());
    let text = text.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned()));
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            return refused(exit_code::FAILED, &format!("`{}` cannot be read: {error}", document.display()));
        }
    };
    let (name, drafted) = match drafted(&text, new.system.as_deref(), &asked) {
        Ok(drafted) => drafted,
        Err(message) => return refused(exit_code::FAILED, &message),
    };
    let Some(dir) = dir else {
        print!("{drafted}");
        return exit_code::OK;
    };
    let path = dir.join("systems").join(format!("{name}.yaml"));
    if SystemFiles.entry(&path).is_some() {
        return refused(
            exit_code::FAILED,
            &format!("`{}` is there already; --system names it otherwise", path.display()),
        );
    }
    let made = SystemFiles.make_folder(path.parent().unwrap_or(dir));
    if let Err(error) = made.and_then(|()| SystemFiles.write(&path, drafted.as_bytes())) {
        return refused(exit_code::FAILED, &format!("`{}` could not be written: {error}", path.display()));
    }
    println!("{}", path.display());
    println!("\nnext: its first lines say what to see to; `petiole lint {}` checks it", path.display());
    exit_code::OK
}

/// Writes a set, with names that are given or asked for.
fn set(new: &NewArguments, dir: &Path) -> u8 {
    let (Some(left), Some(right)) = (named(new.left.as_ref(), "left"), named(new.right.as_ref(), "right")) else {
        return refused(exit_code::USAGE, "name the two systems: `petiole new DIR --left NAME --right NAME`");
    };
    let files = match starter(&left, &right) {
        Ok(files) => files,
        Err(message) => return refused(exit_code::USAGE, &message),
    };
    let folder = dir.display();
    match SystemFiles.entry(dir) {
        None => {}
        Some(Entry::Folder) if SystemFiles.list(dir).is_ok_and(|inside| inside.is_empty()) => {}
        Some(Entry::Folder) => {
            return refused(
                exit_code::FAILED,
                &format!("`{folder}` is not empty; name a folder that is, or a new one"),
            );
        }
        Some(_) => return refused(exit_code::FAILED, &format!("`{folder}` is no folder")),
    }
    for (path, text) in &files {
        let path = dir.join(path);
        let made = SystemFiles.make_folder(path.parent().unwrap_or(Path::new(".")));
        if let Err(error) = made.and_then(|()| SystemFiles.write(&path, text.as_bytes())) {
            return refused(exit_code::FAILED, &format!("`{}` could not be written: {error}", path.display()));
        }
        println!("{}", path.display());
    }
    println!("\nnext: `petiole test --rules {folder}`; {}/README.md says how to go on", dir.display());
    exit_code::OK
}

/// A name that is given, or asked for where somebody is there to answer.
fn named(given: Option<&String>, side: &str) -> Option<String> {
    if let Some(name) = given {
        return Some(name.clone());
    }
    if !std::io::stdin().is_terminal() {
        return None;
    }
    print!("name of the {side} system: ");
    std::io::stdout().flush().ok()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line.trim().to_owned()).filter(|name| !name.is_empty())
}

fn refused(code: u8, message: &str) -> u8 {
    eprintln!("petiole: {message}");
    code
}
