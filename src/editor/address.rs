//! Addresses of files as editors write them (`file:///a/b%20c.yaml`), and paths.
//!
//! Anything but a file of this machine has no path, and nothing is told of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use lsp_types::Uri;

/// What all addresses of files begin with.
const SCHEME: &str = "file://";

/// The path that an address leads to.
pub fn path_of(address: &Uri) -> Option<PathBuf> {
    let rest = address.as_str().strip_prefix(SCHEME)?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = unescaped(rest.split(['?', '#']).next()?)?;
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// The address of a path.
pub fn address_of(path: &Path) -> Option<Uri> {
    let mut written = String::from(SCHEME);
    for byte in path.to_str()?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                written.push(char::from(byte));
            }
            _ => {
                let _ = write!(written, "%{byte:02X}");
            }
        }
    }
    Uri::from_str(&written).ok()
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::str::FromStr as _;

    use lsp_types::Uri;

    use super::{address_of, path_of};

    #[test]
    fn an_address_leads_to_its_path_and_back() {
        for path in ["/a/b.yaml", "/a b/c%d.yaml", "/straße/#1?.yaml"] {
            let address = address_of(Path::new(path));
            assert_eq!(address.and_then(|address| path_of(&address)).as_deref(), Some(Path::new(path)));
        }
        let spelt = Uri::from_str("file:///c%3a/x.yaml").ok();
        assert_eq!(spelt.and_then(|address| path_of(&address)).as_deref(), Some(Path::new("/c:/x.yaml")));
        let untitled = Uri::from_str("untitled:Untitled-1").ok();
        assert_eq!(untitled.and_then(|address| path_of(&address)), None);
    }
}
