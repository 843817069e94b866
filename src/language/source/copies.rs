//! Which of two files that say the same looks like the copy: by their names alone.

/// Words by which people call what they keep beside the original.
const WORDS: [&str; 8] = ["copy", "old", "bak", "backup", "orig", "1", "2", "new"];

/// Whether the first file looks more like a copy of the second than the other way round: a word of its name that the
/// other one does not have says so, it lies deeper, or it has the longer name.
pub fn looks_copied(first: &str, second: &str) -> bool {
    score(first, second) > score(second, first)
}

fn score(name: &str, other: &str) -> (bool, usize, usize) {
    let (own, other) = (file(name), file(other));
    let is_said =
        WORDS.iter().any(|word| words(&own).any(|one| one == *word) && !words(&other).any(|one| one == *word));
    (is_said, name.matches('/').count(), own.len())
}

fn file(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_lowercase()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|letter: char| !letter.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::looks_copied;

    #[test]
    fn a_word_of_the_name_says_so_and_not_a_part_of_one() {
        for (copy, original) in [
            ("rules/orders copy.yaml", "rules/orders.yaml"),
            ("rules/orders (1).yaml", "rules/orders.yaml"),
            ("rules/orders-old.yaml", "rules/orders.yaml"),
            ("rules/a/orders.yaml", "rules/orders.yaml"),
            ("rules/old_orders.bak.yaml", "rules/old_orders.yaml"),
            // What is held or sold is no old one.
            ("rules/orders_copy.yaml", "rules/household_orders.yaml"),
            ("rules/orders_shipped.yaml", "rules/sold.yaml"),
        ] {
            assert!(looks_copied(copy, original), "{copy} is a copy of {original}");
            assert!(!looks_copied(original, copy), "{original} is no copy of {copy}");
        }
    }
}
