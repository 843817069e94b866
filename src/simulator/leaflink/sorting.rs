//! What a company sorts its products by, and what they are made under: brands, product lines,
//! strains, batches, licenses.
//!
//! Rows are kept as they are read. Brands and licenses can only be read; people make brands.

use serde_json::{Map, Value as Json, json};

use super::product_field::{self as field, CLASSIFICATIONS, Kind, Target};
use super::query::Query;
use super::{Answer, LeafLink, Refusal};

/// The longest name of a product line, in characters.
const LINE_NAME_MAX: usize = 100;
/// The longest batch number, in characters.
const BATCH_NUMBER_MAX: usize = 50;
/// What a batch was measured to have; decimals.
const MEASURED: [&str; 8] = ["thc", "thca", "total_thc", "cbd", "cbda", "cbg", "cbn", "total_cannabinoids"];

/// A field of a row: its name, what it is, whether a new row needs it.
type Column = (&'static str, Kind, bool);

const LINE: [Column; 3] = [
    ("name", Kind::Text(LINE_NAME_MAX), true),
    ("brand", Kind::Key(Target::Brand), true),
    ("menu_position", Kind::Whole(0), false),
];
const STRAIN: [Column; 4] = [
    ("name", Kind::Text(255), true),
    ("strain_classification", Kind::Choice(CLASSIFICATIONS), true),
    ("parents", Kind::Keys(Target::Strain), false),
    ("company", Kind::Key(Target::Seller), false),
];
const BATCH: [Column; 5] = [
    ("owner", Kind::Key(Target::Seller), true),
    ("production_batch_number", Kind::Text(BATCH_NUMBER_MAX), true),
    ("batch_date", Kind::Day, true),
    ("testing_source", Kind::Text(255), true),
    ("cannabinoid_unit", Kind::Choice(&["%", "MG/ML", "MG/G"]), false),
];

impl LeafLink {
    /// The rows of a list that the query's filters let through.
    pub(super) fn sorted(&self, kind: &str, query: &Query) -> Answer {
        let filters: &[&str] = match kind {
            "product-lines" => &["id", "brand"],
            "strains" => &["id", "name", "parents", "strain_classification"],
            "batches" => &["id", "owner", "production_batch_number"],
            "licenses" => &["id", "number", "number__in"],
            "product-subcategories" => &["id", "category"],
            _ => &["id"],
        };
        let of_company = |row: &Json| match kind {
            "product-categories" | "product-subcategories" => true,
            "strains" => {
                let shared = row.get("company").is_none_or(Json::is_null);
                compares(row, "company", query) && query.truth("company__isnull").is_none_or(|asked| asked == shared)
            }
            _ => query.for_company(&self.state.company),
        };
        let fits = |row: &Json| of_company(row) && filters.iter().all(|name| compares(row, name, query));
        let rows = self.state.rows(kind).into_iter().filter(fits);
        Ok(query.page(rows.collect()))
    }

    /// `POST /product-lines/`
    pub(super) fn create_line(&mut self, body: &Json) -> Answer {
        let mut row = self.row(&LINE, body, true)?;
        row.entry("menu_position").or_insert(Json::Null);
        self.name_is_free("product-lines", &row, None)?;
        let id = self.next_id(161, |state| state.product_lines.keys().last().copied());
        row.insert("id".to_owned(), json!(id));
        self.state.product_lines.insert(id, Json::Object(row.clone()));
        Ok(Json::Object(row))
    }

    /// `PATCH /product-lines/{id}/`
    pub(super) fn edit_line(&mut self, id: &str, body: &Json) -> Answer {
        let known = self.one_of("product-lines", id)?;
        let changed = self.row(&LINE, body, false)?;
        let mut row = known.as_object().cloned().unwrap_or_default();
        row.extend(changed);
        let id = row.get("id").and_then(Json::as_i64);
        self.name_is_free("product-lines", &row, id)?;
        self.state.product_lines.insert(id.unwrap_or_default(), Json::Object(row.clone()));
        Ok(Json::Object(row))
    }

    /// `POST /strains/`. Names are compared case-sensitively; a name that is taken is refused, which is assumed.
    pub(super) fn create_strain(&mut self, body: &Json) -> Answer {
        let mut row = self.row(&STRAIN, body, true)?;
        self.name_is_free("strains", &row, None)?;
        row.entry("parents").or_insert_with(|| json!([]));
        row.insert("company".to_owned(), json!(self.state.company.id));
        let last =
            |state: &super::state::State| state.strains.last().and_then(|one| one.get("id")).and_then(Json::as_i64);
        let id = self.next_id(1, last);
        row.insert("id".to_owned(), json!(id));
        self.state.strains.push(Json::Object(row.clone()));
        Ok(Json::Object(row))
    }

    /// `POST /batches/`
    pub(super) fn create_batch(&mut self, body: &Json) -> Answer {
        let mut columns = BATCH.to_vec();
        columns.extend(MEASURED.map(|name| (name, Kind::Quantity, false)));
        let mut row = self.row(&columns, body, true)?;
        for name in MEASURED.iter().chain(&["cannabinoid_unit"]) {
            row.entry(*name).or_insert(Json::Null);
        }
        let id = self.next_id(8001, |state| state.batches.keys().last().copied());
        row.extend([
            ("id".to_owned(), json!(id)),
            ("documents".to_owned(), json!([])),
            ("is_from_api".to_owned(), json!(true)),
        ]);
        self.state.batches.insert(id, Json::Object(row.clone()));
        Ok(Json::Object(row))
    }

    /// The columns that are sent, each checked; all that is wrong is told at once.
    fn row(&self, columns: &[Column], body: &Json, whole: bool) -> Result<Map<String, Json>, Refusal> {
        let (mut row, mut wrong) = (Map::new(), Map::new());
        for (name, kind, required) in columns {
            match body.get(name).filter(|value| !value.is_null()) {
                Some(value) => match field::read(*kind, value, &|target, id| self.exists(target, id)) {
                    Ok(value) => drop(row.insert((*name).to_owned(), value)),
                    Err(told) => drop(wrong.insert((*name).to_owned(), told)),
                },
                None if body.get(name).is_some() && *required => {
                    wrong.insert((*name).to_owned(), json!(["This field may not be null."]));
                }
                None if *required && whole => {
                    wrong.insert((*name).to_owned(), json!(["This field is required."]));
                }
                None => {}
            }
        }
        if wrong.is_empty() { Ok(row) } else { Err(Refusal::new(400, Json::Object(wrong))) }
    }

    /// Refuses a name that is taken; of product lines, by one of the same brand. Assumed.
    fn name_is_free(&self, kind: &str, row: &Map<String, Json>, own: Option<i64>) -> Result<(), Refusal> {
        let taken = |other: &Json| {
            other.get("name") == row.get("name")
                && (kind == "strains" || other.get("brand") == row.get("brand"))
                && other.get("id").and_then(Json::as_i64) != own
        };
        if self.state.rows(kind).iter().any(taken) {
            let what = if kind == "strains" { "Strain" } else { "Product line" };
            return Err(Refusal::new(400, json!({ "name": [format!("{what} with this name already exists.")] })));
        }
        Ok(())
    }
}

/// Whether a row passes one filter, a comma list.
fn compares(row: &Json, filter: &str, query: &Query) -> bool {
    let Some(list) = query.list(filter) else { return true };
    let value = row.get(filter.trim_end_matches("__in"));
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Some(Json::Array(values)) => values.iter().any(|one| list.contains(&text(one).as_str())),
        Some(value) => list.contains(&text(value).as_str()),
        None => false,
    }
}
