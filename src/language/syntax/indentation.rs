//! Which line slipped or is missing, where YAML only notices that the indentation does not add up.
//!
//! YAML complains where a level ends that never began, often far below the slip. The line is sought whose
//! move by a blank or two makes the text whole again and the steps of its levels even.

/// How many lines a text may have for the search; longer ones are told as YAML tells them.
const LINES_MAX: usize = 3_000;

/// How many lines are tried as the one above which a line is missing.
const LOST_TRIED_MAX: usize = 40;

/// A line that slipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Where its text begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The blanks before it.
    pub indent: usize,
    /// The blanks that it should have.
    pub wanted: usize,
}

#[derive(Clone, Copy)]
struct Line {
    /// Where its text begins, behind the blanks.
    start: usize,
    end: usize,
    indent: usize,
    /// Blanks up to what stands behind `- `, where a key does.
    inner: Option<usize>,
}

/// The line up to `noticed` that slipped; `whole` says whether a text can be read.
pub fn slip(text: &str, noticed: usize, whole: impl Fn(&str) -> bool) -> Option<Slip> {
    let lines = lines(text);
    if lines.len() > LINES_MAX {
        return None;
    }
    let step = step(&lines);
    let before = unevenness(&lines, step);
    let mut best: Option<(usize, Slip)> = None;
    let reached = lines.iter().take_while(|line| line.start <= noticed).count();
    for at in (0..lines.len().min(reached + 1)).rev() {
        let Some(line) = lines.get(at).copied() else { continue };
        let less = [line.indent.checked_sub(1), line.indent.checked_sub(2)].into_iter().flatten();
        for wanted in [line.indent + 1, line.indent + 2].into_iter().chain(less) {
            let mut moved = lines.clone();
            if let Some(one) = moved.get_mut(at) {
                one.inner = one.inner.map(|inner| inner - line.indent + wanted);
                one.indent = wanted;
            }
            let after = unevenness(&moved, step);
            let better = after < before && best.is_none_or(|(least, _)| after < least);
            if better && whole(&with_indent(text, line, wanted)) {
                let Line { start, end, indent, .. } = line;
                best = Some((after, Slip { start, end, indent, wanted }));
            }
        }
    }
    best.map(|(_, slip)| slip)
}

/// The line up to `noticed` above which one is missing that opens its block; `whole` says whether a text can be read.
pub fn lost(text: &str, noticed: usize, whole: impl Fn(&str) -> bool) -> Option<(usize, usize)> {
    let lines = lines(text);
    if lines.len() > LINES_MAX {
        return None;
    }
    let step = step(&lines);
    let pairs = lines.iter().zip(lines.iter().skip(1)).take_while(|(_, line)| line.start <= noticed);
    let deeper = pairs.filter(|(above, line)| {
        let complete = text.get(above.start..above.end).is_some_and(|said| !said.ends_with(':'));
        line.indent > above.indent && (complete || line.indent - above.indent > step) && line.indent >= step
    });
    let mut deeper: Vec<&Line> = deeper.map(|(_, line)| line).collect();
    deeper.reverse();
    deeper.into_iter().take(LOST_TRIED_MAX).find_map(|line| {
        let (at, blanks) = (line.start - line.indent, " ".repeat(line.indent - step));
        let (before, after) = (text.get(..at)?, text.get(at..)?);
        let opened = ["x-:", "- x-: y"].iter().any(|opener| whole(&format!("{before}{blanks}{opener}\n{after}")));
        opened.then_some((line.start, line.end))
    })
}

fn with_indent(text: &str, line: Line, wanted: usize) -> String {
    let before = text.get(..line.start - line.indent).unwrap_or_default();
    format!("{before}{}{}", " ".repeat(wanted), text.get(line.start..).unwrap_or_default())
}

/// The lines that say something.
fn lines(text: &str) -> Vec<Line> {
    let (mut lines, mut at) = (Vec::new(), 0);
    for whole in text.split_inclusive('\n') {
        let bare = whole.trim_start_matches(' ');
        let said = bare.trim_end();
        if !said.is_empty() && !said.starts_with('#') {
            let indent = whole.len() - bare.len();
            let inner = said.strip_prefix("- ").map(|rest| indent + said.len() - rest.trim_start().len());
            lines.push(Line { start: at + indent, end: at + indent + said.len(), indent, inner });
        }
        at += whole.len();
    }
    lines
}

/// How far levels are apart, mostly.
fn step(lines: &[Line]) -> usize {
    let mut counts = [0_usize; 9];
    for (one, next) in lines.iter().zip(lines.iter().skip(1)) {
        if let Some(count) = next.indent.checked_sub(one.indent).and_then(|step| counts.get_mut(step)) {
            *count += 1;
        }
    }
    let most = counts.iter().enumerate().skip(1).max_by_key(|(step, count)| (**count, usize::MAX - step));
    most.map_or(2, |(step, _)| step)
}

/// How many lines stand at a level that nothing opened, or open one that is not a step away.
fn unevenness(lines: &[Line], step: usize) -> usize {
    let mut levels = vec![0];
    let mut uneven = 0;
    for line in lines {
        let mut left = false;
        while levels.last().is_some_and(|level| *level > line.indent) {
            levels.pop();
            left = true;
        }
        let top = levels.last().copied().unwrap_or_default();
        if top < line.indent {
            uneven += usize::from(left || line.indent - top != step);
            levels.push(line.indent);
        }
        levels.extend(line.inner);
    }
    uneven
}
