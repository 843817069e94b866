//! Bodies as forms have them: `customer[name]=Ann&lines[0][sku]=A`.
//!
//! Pure, and both ways. A form knows texts only: numbers and truths are their words, nothing is empty. What is in a
//! list has its number, so that no element loses its fields to another.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::request::{FORM, form_decode, percent_encode};
use crate::world::Request;

/// The most levels of names in one another that are read; deeper ones are left out.
const DEPTH_MAX: usize = 16;

/// The request with its body as a form, where its headers say that it is one and it is an object yet.
pub(super) fn written(request: Request) -> Request {
    if !is_form(&request) {
        return request;
    }
    match serde_json::from_slice::<Json>(&request.body) {
        Ok(body @ (Json::Object(_) | Json::Array(_))) => Request { body: encode(&body).into_bytes(), ..request },
        _ => request,
    }
}

/// Whether the headers say that the body is a form.
pub fn is_form(request: &Request) -> bool {
    request.header("Content-Type").is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with(FORM))
}

/// An object as a form.
pub fn encode(body: &Json) -> String {
    let mut pairs = Vec::new();
    pairs_of("", body, &mut pairs);
    pairs.join("&")
}

fn pairs_of(name: &str, value: &Json, out: &mut Vec<String>) {
    let inside =
        |step: &str| if name.is_empty() { percent_encode(step) } else { format!("{name}[{}]", percent_encode(step)) };
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(step, inner)| pairs_of(&inside(step), inner, out));
        }
        Json::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, inner)| pairs_of(&inside(&at.to_string()), inner, out));
        }
        Json::Null | Json::Object(_) | Json::Array(_) => out.push(format!("{name}=")),
        Json::String(text) => out.push(format!("{name}={}", percent_encode(text))),
        Json::Bool(_) | Json::Number(_) => out.push(format!("{name}={}", percent_encode(&value.to_string()))),
    }
}

/// A form as an object of texts; what is empty is null.
pub fn decode(text: &str) -> Json {
    let mut root = Branch::default();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = form_decode(name);
        let steps = steps_of(&name);
        if steps.len() <= DEPTH_MAX {
            root.put(&steps, form_decode(value));
        }
    }
    root.json()
}

/// The steps of a name: `lines[0][sku]`, or `lines[0].sku` as some write it. Without brackets a full stop is a letter.
fn steps_of(name: &str) -> Vec<&str> {
    let mut parts = name.split('[');
    let mut steps: Vec<&str> = parts.next().into_iter().collect();
    for part in parts {
        let (inside, behind) = part.split_once(']').unwrap_or((part, ""));
        steps.push(inside);
        steps.extend(behind.split('.').filter(|step| !step.is_empty()));
    }
    steps
}

/// A name with what stands in it, in the order in which it came.
#[derive(Default)]
struct Branch {
    text: Option<String>,
    order: Vec<String>,
    inner: BTreeMap<String, Branch>,
}

impl Branch {
    fn put(&mut self, steps: &[&str], value: String) {
        let Some((step, rest)) = steps.split_first() else {
            self.text = Some(value);
            return;
        };
        // `tags[]` is the next of a list.
        let step = if step.is_empty() { self.order.len().to_string() } else { (*step).to_owned() };
        if !self.inner.contains_key(&step) {
            self.order.push(step.clone());
        }
        self.inner.entry(step).or_default().put(rest, value);
    }

    fn json(self) -> Json {
        let Self { text, order, mut inner } = self;
        if order.is_empty() {
            return text.filter(|text| !text.is_empty()).map_or(Json::Null, Json::String);
        }
        let is_list = order.iter().all(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
        let mut order = order;
        if is_list {
            // As they are numbered, in whatever order they came; some are left out where a page sends what it shows.
            let number = |step: &String| step.trim_start_matches('0').to_owned();
            order.sort_by_key(|step| (number(step).len(), number(step)));
        }
        let values = order.into_iter().filter_map(|step| inner.remove_entry(&step));
        if is_list {
            Json::Array(values.map(|(_, branch)| branch.json()).collect())
        } else {
            Json::Object(values.map(|(step, branch)| (step, branch.json())).collect::<Map<_, _>>())
        }
    }
}
