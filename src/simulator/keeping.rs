//! A simulated system that keeps values otherwise than they were sent.
//!
//! Owns the switches and what they make of a request's body and an answer's. Knows no system: fields go by name.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::world::{Method, Request, Response};

/// The switches. Empty and false mean: as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keeping {
    /// Numbers of these fields are rounded to two places.
    pub round: Vec<String>,
    /// Texts lose the blanks around them.
    pub trim: bool,
    /// Texts lose what stands between `<` and `>`.
    pub strip_tags: bool,
    /// Texts of these fields become lower case.
    pub lower_case: Vec<String>,
    /// Texts of these fields become upper case.
    pub upper_case: Vec<String>,
    /// Rows of a list that are alike but for a number become one row with the sum: the list and the number.
    pub merge: Vec<(String, String)>,
    /// Fields that no answer shows.
    pub hide: Vec<String>,
}

/// The places that are kept of a rounded number.
const PLACES: u32 = 2;

impl Keeping {
    /// The request as the system takes it.
    pub(super) fn taken(&self, request: &Request) -> Request {
        let mut request = request.clone();
        let writes = matches!(request.method, Method::Post | Method::Put | Method::Patch);
        if let (true, Ok(mut body)) = (writes && *self != Self::default(), serde_json::from_slice(&request.body)) {
            self.take("", &mut body);
            request.body = body.to_string().into_bytes();
        }
        request
    }

    /// The answer as the system shows it.
    pub(super) fn shown(&self, mut response: Response) -> Response {
        if let (false, Ok(mut body)) = (self.hide.is_empty(), serde_json::from_slice(&response.body)) {
            self.drop_hidden(&mut body);
            response.body = body.to_string().into_bytes();
        }
        response
    }

    fn take(&self, name: &str, value: &mut Json) {
        match value {
            Json::Object(fields) => fields.iter_mut().for_each(|(name, value)| self.take(name, value)),
            Json::Array(rows) => {
                rows.iter_mut().for_each(|row| self.take(name, row));
                for (_, number) in self.merge.iter().filter(|(list, _)| list == name) {
                    *rows = merged(std::mem::take(rows), number);
                }
            }
            Json::String(text) => *text = self.text(name, text),
            Json::Number(number) if self.round.iter().any(|known| known == name) => {
                if let Ok(exact) = number.to_string().parse::<Decimal>() {
                    *number = rounded(exact).unwrap_or_else(|| number.clone());
                }
            }
            _ => {}
        }
    }

    fn text(&self, name: &str, text: &str) -> String {
        let mut text = text.to_owned();
        if self.round.iter().any(|known| known == name) {
            text = text.parse::<Decimal>().map_or(text, |exact| exact.round_dp(PLACES).to_string());
        }
        if self.strip_tags {
            let mut inside = false;
            text.retain(|sign| {
                let kept = !inside && sign != '<';
                inside = sign == '<' || inside && sign != '>';
                kept
            });
        }
        if self.lower_case.iter().any(|known| known == name) {
            text = text.to_lowercase();
        }
        if self.upper_case.iter().any(|known| known == name) {
            text = text.to_uppercase();
        }
        if self.trim { text.trim().to_owned() } else { text }
    }

    fn drop_hidden(&self, value: &mut Json) {
        match value {
            Json::Object(fields) => {
                fields.retain(|name, _| !self.hide.contains(name));
                fields.values_mut().for_each(|value| self.drop_hidden(value));
            }
            Json::Array(rows) => rows.iter_mut().for_each(|row| self.drop_hidden(row)),
            _ => {}
        }
    }
}

fn rounded(exact: Decimal) -> Option<serde_json::Number> {
    serde_json::from_str(&exact.round_dp(PLACES).to_string()).ok()
}

/// Rows with those made one that are alike but for a number.
fn merged(rows: Vec<Json>, number: &str) -> Vec<Json> {
    let rest = |row: &Json| {
        let mut fields = row.as_object().cloned().unwrap_or_else(Map::new);
        fields.remove(number);
        fields
    };
    let of = |row: &Json| {
        row.get(number)
            .and_then(|value| value.to_string().trim_matches('"').parse::<Decimal>().ok())
            .unwrap_or_default()
    };
    let mut found: Vec<Json> = Vec::new();
    for row in rows {
        match found.iter_mut().find(|known| rest(known) == rest(&row)) {
            Some(known) => {
                let sum = of(known).saturating_add(of(&row));
                if let (Some(fields), Ok(sum)) = (known.as_object_mut(), serde_json::from_str(&sum.to_string())) {
                    fields.insert(number.to_owned(), sum);
                }
            }
            None => found.push(row),
        }
    }
    found
}
