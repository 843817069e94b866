//! What names usually mean: which field says when a record was changed, which parameter asks for changes, and the like.
//!
//! The words of APIs that people have; whatever is found by them is a guess and said to be one.

/// Fields that say when a record was made.
pub(super) const CREATED: [&str; 8] =
    ["created_at", "created_on", "created", "date_created", "createdAt", "creation_date", "createdOn", "created_date"];

/// Fields that say when a record was changed last.
pub(super) const MODIFIED: [&str; 12] = [
    "modified",
    "updated_at",
    "modified_at",
    "modified_on",
    "last_modified",
    "date_modified",
    "updatedAt",
    "updated",
    "updated_on",
    "modifiedAt",
    "last_updated",
    "lastModified",
];

/// Parameters of a list that ask for what was changed since.
pub(super) const SINCE: [&str; 16] = [
    "modified__gte",
    "updated_at_min",
    "modified_after",
    "updated_after",
    "updated_since",
    "modified_since",
    "updated_at__gte",
    "modified__gt",
    "min_updated_at",
    "last_modified_after",
    "updatedSince",
    "modifiedSince",
    "updatedAfter",
    "modifiedAfter",
    "updated_at_from",
    "since",
];

/// Fields by which people name records.
pub(super) const HANDLES: [&str; 14] = [
    "number",
    "order_number",
    "invoice_number",
    "sku",
    "code",
    "barcode",
    "license_number",
    "external_id",
    "email",
    "name",
    "title",
    "short_id",
    "reference",
    "slug",
];

/// Fields by which a system tells its records apart, the likeliest first.
pub(super) const KEYS: [&str; 6] = ["id", "uuid", "number", "key", "guid", "slug"];

/// Where rows of a list usually stand.
pub(super) const ROWS: [&str; 8] = ["results", "data", "items", "rows", "records", "value", "list", "content"];

/// Parameters that say how many rows a page has.
pub(super) const SIZES: [&str; 7] = ["limit", "page_size", "per_page", "pageSize", "perPage", "size", "max_results"];

/// A name of a system out of a title.
pub(super) fn system(title: &str) -> String {
    let noise = ["api", "rest", "v1", "v2", "v3", "the", "admin", "public", "openapi", "specification", "reference"];
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    let mut words = words.filter(|word| !word.is_empty() && !noise.contains(&word.as_str()));
    let first = words.find(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()));
    first.map_or_else(|| "system".to_owned(), |word| word.chars().take(super::super::starter::NAME_MAX).collect())
}

/// The last part of a path that is no hole, as one record of it is called: `/sales-orders/` is of `sales_order`.
pub(super) fn record(path: &str) -> Option<String> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let last = last.strip_suffix(".json").unwrap_or(last);
    let plain = !last.is_empty() && !last.contains(['{', '}']);
    plain.then(|| singular(&snake(last)))
}

/// A name in small letters with `_` between its words.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut last = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && last.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
        last = letter;
    }
    out
}

fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let endings = ["sses", "uses", "xes", "ches", "shes"];
    if endings.iter().any(|ending| name.ends_with(ending)) {
        return name.strip_suffix("es").unwrap_or(name).to_owned();
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && !stem.ends_with('u') => stem.to_owned(),
        _ => name.to_owned(),
    }
}
