//! What the process was given by whoever started it: variables by name, or files in their place, as containers and
//! systemd hand secrets over.
//!
//! Knows no names; what an empty variable means is its reader's.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What a file in the place of a variable may hold, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Names the folder of the files that systemd hands over (`LoadCredential=`), each called as a variable.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Variables.
pub trait Environment: Send + Sync {
    /// The variable of this name; none where it is not set or no text.
    fn variable(&self, name: &str) -> Option<String>;
}

/// The variables of this process. One that is not set is what stands in the file that `NAME_FILE` names, or in that of
/// its name among the credentials of systemd.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        if let Ok(value) = std::env::var(name) {
            return Some(value);
        }
        let path = file_of(name)?;
        match text_of(&path) {
            Ok(text) => Some(text),
            Err(error) => {
                let path = path.display();
                tracing::warn!(%error, "{path}, which is to say what {name} is, cannot be read");
                None
            }
        }
    }
}

fn file_of(name: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(format!("{name}_FILE")) {
        return Some(path.into());
    }
    let is_name = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    let path = Path::new(&std::env::var_os(CREDENTIALS)?).join(name);
    (is_name && path.is_file()).then_some(path)
}

/// What a file holds, without the end of its last line.
fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

impl<F: Fn(&str) -> Option<String> + Send + Sync> Environment for F {
    fn variable(&self, name: &str) -> Option<String> {
        self(name)
    }
}
