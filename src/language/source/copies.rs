//! Which of two files that say the same looks like the copy: by their names alone.

/// Whether the first file looks more like a copy of the second than the other way round: it says so by its name, lies
/// deeper, or has the longer name.
pub fn looks_copied(first: &str, second: &str) -> bool {
    let score = |name: &str| {
        let small = name.to_lowercase();
        let said = ["copy", "(1)", "(2)", "old", "bak", "backup", "orig", "-2.", "_2."];
        let base = small.rsplit('/').next().unwrap_or_default().len();
        (said.iter().any(|word| small.contains(word)), name.matches('/').count(), base)
    };
    score(first) > score(second)
}
