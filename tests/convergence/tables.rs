//! Value tables between two fields: rows both ways and one way, with states, for creates, closed or not.

use super::systems::System;
use crate::planner::choices::Choices;

/// A side of a table: the field and the values that it may have.
pub(super) struct TableSide<'a> {
    pub(super) field: String,
    pub(super) values: &'a [&'static str],
    /// Whose states they are, where they are states.
    pub(super) states: Option<&'a System>,
}

/// A table by name.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) between: [String; 2],
    pub(super) rows: Vec<String>,
}

/// The lines before the first row.
pub(super) const HEAD: usize = 3;

impl Table {
    /// Its file.
    pub(super) fn text(&self) -> String {
        let Self { name, between: [left, right], rows } = self;
        let rows: String = rows.iter().map(|row| format!("  - {row}\n")).collect();
        format!("table: {name}\nbetween: [{left}, {right}]\nrows:\n{rows}")
    }

    /// A table. `towards`: the sides that it leads to, left and right.
    pub(super) fn new(name: String, sides: &[TableSide<'_>; 2], towards: [bool; 2], choices: &mut Choices<'_>) -> Self {
        let [left, right] = sides;
        let mut table = Self { name, between: [left.field.clone(), right.field.clone()], rows: Vec::new() };
        let [to_left, to_right] = towards;
        let mut paired = 0;
        if to_left && to_right && left.states.is_none() && right.states.is_none() {
            paired = choices.below(left.values.len().min(right.values.len())) + 1;
            for at in 0..paired {
                let spelling =
                    if choices.one_in(4) { format!(" | {}", left.values[at].to_lowercase()) } else { String::new() };
                table.rows.push(format!("{}{spelling}  <->  {}", left.values[at], right.values[at]));
            }
        }
        if to_right {
            table.towards((left, right), paired, false, choices);
        }
        if to_left {
            table.towards((right, left), paired, true, choices);
        }
        table
    }

    fn towards(
        &mut self,
        (source, target): (&TableSide<'_>, &TableSide<'_>),
        begin: usize,
        turned: bool,
        choices: &mut Choices<'_>,
    ) {
        let rows = &mut self.rows;
        let mut row = |from: &str, to: &str, more: &str| {
            rows.push(if turned { format!("{to}  <-  {from}{more}") } else { format!("{from}  ->  {to}{more}") });
        };
        let because = " because it goes its own way";
        let mut open = false;
        for (at, value) in source.values.iter().enumerate().skip(begin) {
            // Mostly the value at the same place, so that both sides go on together.
            let same = at.min(target.values.len() - 1);
            let goal_at = if choices.one_in(4) { choices.below(target.values.len()) } else { same };
            let goal = target.values[goal_at];
            let said = choices.below(8);
            let Some(system) = target.states else {
                match said {
                    6 => row(value, "nothing", because),
                    7 => open = true,
                    5 => row(value, goal, because),
                    _ => row(value, goal, ""),
                }
                continue;
            };
            let (near, far): (Vec<&str>, Vec<&str>) =
                target.values.iter().filter(|from| **from != goal).partition(|from| system.leads(from, goal));
            if goal_at == 0 && said < 6 {
                row(value, goal, " on create");
            }
            if near.is_empty() || said == 6 {
                row(value, "nothing", because);
                continue;
            }
            row(value, goal, &format!(" from {}", near.join(", ")));
            if said == 7 {
                open = true;
                continue;
            }
            row(value, "nothing", &format!(" from {goal}{because}"));
            if !far.is_empty() {
                let instead = if said == 5 { "park" } else { "nothing" };
                row(value, instead, &format!(" from {}{because}", far.join(", ")));
            }
        }
        if open || begin > 0 && begin < source.values.len() {
            row("otherwise", "nothing", because);
        }
    }
}
