//! Products read: one, and lists by every documented filter that means something here.
//!
//! `listing_state` is documented as an id without a list of ids; names are compared instead.

use serde_json::Value as Json;

use super::order_view::external;
use super::product::Product;
use super::query::Query;
use super::{Answer, LeafLink};

/// Filters whose values are whole numbers, with the field that they compare.
const BY_ID: [&str; 5] = ["product_line", "category", "sub_category", "license", "parent"];

impl LeafLink {
    /// `GET /products/`
    pub(super) fn list_products(&self, query: &Query) -> Answer {
        let found = self.state.products.values().filter(|product| self.fits(product, query));
        let rows = found.map(|product| self.state.product_view(product, &children(query))).collect();
        Ok(query.page(rows))
    }

    /// `GET /products/{id}/`
    pub(super) fn show_product(&self, id: &str, query: &Query) -> Answer {
        Ok(query.select(self.state.product_view(self.product(id)?, &children(query))))
    }

    fn fits(&self, product: &Product, query: &Query) -> bool {
        let listed = |name: &str, value: &str| query.list(name).is_none_or(|list| list.contains(&value));
        let same = |name: &str, value: &str| query.get(name).is_none_or(|asked| alike(asked, value));
        let truth = |name: &str, is: bool| query.truth(name).is_none_or(|asked| asked == is);
        let keyed = |name: &str| {
            let own = product.whole(name).map(|id| id.to_string());
            query.list(name).is_none_or(|list| own.is_some_and(|own| list.contains(&own.as_str())))
        };
        let state = |list: Vec<&str>| list.iter().any(|word| alike(word, &product.listing_state));
        let strains: Vec<String> =
            product.fields.get("strains").and_then(Json::as_array).into_iter().flatten().map(Json::to_string).collect();
        listed("id", &product.id.to_string())
            && listed("sku", &product.sku)
            && listed("seller_internal_id", product.text("seller_internal_id"))
            && listed("brand", &product.brand.to_string())
            && query.for_company(&self.state.company)
            && same("name", &product.name)
            && query.get("display_name").is_none_or(|asked| alike(asked, &self.display_name(product)))
            && query.get("search").is_none_or(|asked| searched(asked, product))
            && BY_ID.iter().all(|name| keyed(name))
            && query.list("strains").is_none_or(|list| strains.iter().any(|id| list.contains(&id.as_str())))
            && query.list("listing_state").is_none_or(state)
            && truth("archived", product.listing_state == "Archived")
            && truth("parent__isnull", product.whole("parent").is_none())
            && truth("sub_category__isnull", product.whole("sub_category").is_none())
            && truth("license__isnull", product.whole("license").is_none())
            && truth("has_children", self.state.varieties_of(product.id).next().is_some())
            && query.list("license__type").is_none_or(|list| self.licensed(product, &list))
            && query.spans("modified", product.modified)
            && query.spans("last_edit", product.modified)
            && query.spans("created_on", product.created)
            && external(query, &product.external_ids)
    }

    fn display_name(&self, product: &Product) -> String {
        let view = self.state.product_view(product, &[]);
        view.get("display_name").and_then(Json::as_str).unwrap_or_default().to_owned()
    }

    fn licensed(&self, product: &Product, types: &[&str]) -> bool {
        let id = product.whole("license");
        let license = self.state.licenses.iter().find(|one| one.get("id").and_then(Json::as_i64) == id);
        let shown = license.and_then(|one| one.get("display_type")).and_then(Json::as_str);
        shown.is_some_and(|shown| types.iter().any(|word| alike(word, shown)))
    }
}

fn children(query: &Query) -> Vec<&'static str> {
    ["images", "volume_discounts", "strains"].into_iter().filter(|child| query.includes(child)).collect()
}

fn alike(asked: &str, value: &str) -> bool {
    asked.to_lowercase() == value.to_lowercase()
}

/// In which fields a search looks is assumed.
fn searched(asked: &str, product: &Product) -> bool {
    let asked = asked.to_lowercase();
    [&product.name, &product.sku, product.text("description")].iter().any(|text| text.to_lowercase().contains(&asked))
}
