//! `petiole new`: a small working rule set in a folder that is empty or not there.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use super::arguments_rules::NewArguments;
use super::exit_code;
use crate::view::starter::starter;
use crate::world::files::Entry;
use crate::world::{Files as _, SystemFiles};

/// Writes the set, with names that are given or asked for.
pub(super) fn new(new: &NewArguments) -> u8 {
    let (Some(left), Some(right)) = (named(new.left.as_ref(), "left"), named(new.right.as_ref(), "right")) else {
        return refused(exit_code::USAGE, "name the two systems: `petiole new DIR --left NAME --right NAME`");
    };
    let files = match starter(&left, &right) {
        Ok(files) => files,
        Err(message) => return refused(exit_code::USAGE, &message),
    };
    let folder = new.dir.display();
    match SystemFiles.entry(&new.dir) {
        None => {}
        Some(Entry::Folder) if SystemFiles.list(&new.dir).is_ok_and(|inside| inside.is_empty()) => {}
        Some(Entry::Folder) => {
            return refused(
                exit_code::FAILED,
                &format!("`{folder}` is not empty; name a folder that is, or a new one"),
            );
        }
        Some(_) => return refused(exit_code::FAILED, &format!("`{folder}` is no folder")),
    }
    for (path, text) in &files {
        let path = new.dir.join(path);
        let made = SystemFiles.make_folder(path.parent().unwrap_or(Path::new(".")));
        if let Err(error) = made.and_then(|()| SystemFiles.write(&path, text.as_bytes())) {
            return refused(exit_code::FAILED, &format!("`{}` could not be written: {error}", path.display()));
        }
        println!("{}", path.display());
    }
    println!("\nnext: `petiole test --rules {folder}`; {}/README.md says how to go on", new.dir.display());
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
