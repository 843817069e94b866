//! Which record is asked for. Knows no document.

/// A record that is asked for: its name, and the path of its list where that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What rules call it.
    pub name: String,
    /// The path of its list in the document.
    pub path: Option<String>,
}

impl Asked {
    /// Reads `NAME` or `NAME=/path`.
    ///
    /// # Errors
    /// Says what no name of a record is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name.trim(), Some(path.trim().to_owned())),
            None => (text.trim(), None),
        };
        let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase());
        let holds = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if !begins || !name.chars().all(holds) {
            return Err(format!(
                "`{name}` is no name of a record: small letters, digits and `_`; `--record order=/sales-orders` says \
                 its path, too"
            ));
        }
        Ok(Self { name: name.to_owned(), path })
    }
}
