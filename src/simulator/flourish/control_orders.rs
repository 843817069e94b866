//! What people do with orders: assign stock, ship, call off, enter, edit, move.
//!
//! None of this can be done through the API, save calling off an order to which nothing is assigned.

use rust_decimal::Decimal;
use serde_json::json;

use super::company::Company;
use super::control::{facility, unknown};
use super::fields::Fields;
use super::order::{Line, Order, Status};
use super::order_input;
use super::order_lines;
use super::orders;
use super::payment_terms;
use super::reply::{Answer, Refusal, Reply};
use super::stock;

/// Assigns stock: all that is open, or some of some lines.
pub(super) fn allocate(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order", "lines"]])?;
    let order = open(company, fields)?;
    let mut lines = order.lines.clone();
    match fields.list("lines")? {
        None => lines.iter_mut().for_each(|line| line.allocated = line.allocated.max(line.qty)),
        Some(rows) => {
            for row in rows {
                row.only(&[&["sku", "qty"]])?;
                let (sku, qty) = (row.required_text("sku")?, row.required_decimal("qty")?);
                let line = lines.iter_mut().find(|line| line.sku == sku).ok_or_else(|| unknown(&sku))?;
                line.allocated = (line.allocated + qty).max(Decimal::ZERO);
            }
        }
    }
    let id = order.id;
    enough(company, order, &lines)?;
    company.change_order(id, |order| {
        order.lines = lines;
        order.restate();
    });
    shown(company, id)
}

/// Refuses to assign what is not there, or what lies in another lot than the line asks for.
fn enough(company: &Company, order: &Order, lines: &[Line]) -> Result<(), Refusal> {
    for line in lines {
        let sum = |lines: &[Line]| -> Decimal {
            lines.iter().filter(|other| other.item == line.item).map(|other| other.allocated).sum()
        };
        let wanted = sum(lines) - sum(&order.lines);
        let available =
            company.stock.get(&(line.item, order.facility)).map(stock::Stock::available).unwrap_or_default();
        if wanted > Decimal::ZERO && wanted > available {
            return Err(Refusal::bad(format!("only {} of {} available", available.normalize(), line.sku)));
        }
        let lot = stock::lot_number(line.item, order.facility);
        if let Some(asked) = line.lot_number.as_ref().filter(|asked| !asked.is_empty() && **asked != lot)
            && !line.allocated.is_zero()
        {
            return Err(Refusal::bad(format!("there is nothing of {} in lot {asked}", line.sku)));
        }
    }
    Ok(())
}

/// Releases everything assigned.
pub(super) fn deallocate(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order"]])?;
    let id = open(company, fields)?.id;
    company.change_order(id, |order| {
        order.lines.iter_mut().for_each(|line| line.allocated = Decimal::ZERO);
        order.restate();
    });
    shown(company, id)
}

/// Ships. With `force` also a partly assigned order, as far as it is assigned, or one to which
/// nothing is assigned, as a whole.
pub(super) fn ship(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order", "force"]])?;
    let force = fields.truth("force")?.unwrap_or_default();
    let order = open(company, fields)?;
    if order.status != Status::Allocated && !force {
        return Err(Refusal::bad(format!("order is {}, not Allocated", order.status.as_str())));
    }
    let (id, now) = (order.id, company.now);
    company.change_order(id, |order| {
        if order.status == Status::Created {
            order.lines.iter_mut().for_each(|line| line.allocated = line.qty);
        }
        order.status = Status::Shipped;
        order.shipped = Some(now);
    });
    shown(company, id)
}

/// Calls an order off, also one to which stock is assigned.
pub(super) fn cancel(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order"]])?;
    let id = open(company, fields)?.id;
    company.change_order(id, Order::cancel);
    shown(company, id)
}

/// Calls an order off and makes it disappear.
pub(super) fn remove(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order"]])?;
    let id = open(company, fields)?.id;
    company.change_order(id, Order::cancel);
    company.orders.remove(&id);
    Ok(Reply::Bare(json!({"order": fields.required_text("order")?})))
}

/// Enters an order by hand.
pub(super) fn enter(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&[
        "facility",
        "destination",
        "sales_rep",
        "original_order_id",
        "payment_term",
        "requested_delivery_date",
        "lines",
    ]])?;
    let mut order = Order::blank(facility(company, fields)?, "Flourish", company.now);
    let named = fields.text("destination")?;
    let destination = company.destinations.values().find(|known| {
        named
            .as_ref()
            .is_none_or(|name| [&known.id[..], known.text("license_number"), known.text("name")].contains(&&name[..]))
    });
    let store = destination.ok_or_else(|| fields.wrong("destination", "a known id, license or name"))?;
    order.destination.clone_from(&store.id);
    let email = fields.text("sales_rep")?;
    if email.is_some() {
        let rep = company.sales_reps.values().find(|rep| rep.email == email);
        order.sales_rep = Some(rep.ok_or_else(|| fields.wrong("sales_rep", "the e-mail address of one"))?.id);
    }
    order.original_order_id = fields.text("original_order_id")?;
    order.payment_term = payment_terms::read(company, fields)?;
    order.requested_delivery_date = order_input::day(fields, "requested_delivery_date")?;
    order.lines = read_lines(company, fields)?;
    let id = company.add_order(order);
    shown(company, id)
}

/// Replaces an order's lines by hand; possible while nothing is assigned.
pub(super) fn lines(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order", "lines"]])?;
    let order = open(company, fields)?;
    if order.status != Status::Created {
        return Err(Refusal::bad(format!("order is {}, not Created", order.status.as_str())));
    }
    let id = order.id;
    let lines = read_lines(company, fields)?;
    company.change_order(id, |order| order.lines = lines);
    shown(company, id)
}

/// Sets or clears an order's payment term.
pub(super) fn payment_term(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order", "payment_term"]])?;
    let id = find(company, fields)?.id;
    let term = payment_terms::read(company, fields)?;
    company.change_order(id, |order| order.payment_term = term);
    shown(company, id)
}

/// Moves an order to another facility; possible while nothing is assigned.
pub(super) fn relocate(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["order", "facility"]])?;
    fields.required_text("facility")?;
    let order = open(company, fields)?;
    if order.status != Status::Created {
        return Err(Refusal::bad(format!("order is {}, not Created", order.status.as_str())));
    }
    let id = order.id;
    let facility = facility(company, fields)?;
    company.change_order(id, |order| order.facility = facility);
    shown(company, id)
}

fn read_lines(company: &Company, fields: &Fields) -> Result<Vec<Line>, Refusal> {
    let rows = fields.list("lines")?.filter(|rows| !rows.is_empty()).ok_or_else(|| fields.missing("lines"))?;
    let line = |row: &Fields| {
        row.only(&[&["sku", "qty", "unit_price"]])?;
        let (sku, qty) = (row.required_text("sku")?, row.required_decimal("qty")?);
        if qty <= Decimal::ZERO {
            return Err(row.wrong("qty", "greater than 0"));
        }
        let item = company.item_by_sku(&sku).ok_or_else(|| unknown(&sku))?;
        let price = row.decimal("unit_price")?.unwrap_or(item.price);
        Ok(order_lines::plain(item, qty, price, Decimal::ZERO, company))
    };
    rows.iter().map(line).collect()
}

/// The order that a body names, by id or by the caller's own number.
fn find<'a>(company: &'a Company, fields: &Fields) -> Result<&'a Order, Refusal> {
    let name = fields.required_text("order")?;
    let own = || company.orders.values().find(|order| order.original_order_id.as_deref() == Some(&name));
    orders::find(company, &name).or_else(own).ok_or_else(|| Refusal::bad(format!("order {name} does not exist")))
}

/// The same, refused where it is done with.
fn open<'a>(company: &'a Company, fields: &Fields) -> Result<&'a Order, Refusal> {
    let order = find(company, fields)?;
    if order.status.is_open() {
        return Ok(order);
    }
    Err(Refusal::bad(format!("Order has already been {}", order.status.as_str().to_lowercase())))
}

fn shown(company: &Company, id: u64) -> Answer {
    let order = company.orders.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Bare(json!({"order": order.spelled_id(), "order_status": order.status.as_str()})))
}
