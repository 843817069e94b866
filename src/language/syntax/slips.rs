//! What slipped where YAML only says that a text is not well-formed: a tab, a quote, a bracket, a colon.
//!
//! Looks at letters near the place where YAML noticed; knows nothing of what the text means.

/// How many lines from the place where YAML notices a tab is sought.
const LINES_NEAR: usize = 2;

/// The blanks that a level is indented by, for which a tab stands.
const BLANKS_OF_A_TAB: usize = 2;

/// The lines of a text with the place where each begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    })
}

/// The line in which a place is, with its start.
fn line_at(text: &str, place: usize) -> Option<(usize, &str)> {
    lines(text).take_while(|(start, _)| *start <= place).last()
}

/// A tab before the text of a line at or next to the place.
pub fn tab(text: &str, noticed: usize) -> Option<usize> {
    let all: Vec<(usize, &str)> = lines(text).collect();
    let at = all.iter().rposition(|(start, _)| *start <= noticed)?;
    let mut near = all.get(at.saturating_sub(LINES_NEAR)..).unwrap_or_default().iter().take(2 * LINES_NEAR + 1);
    near.find_map(|(start, line)| {
        let blanks = line.len() - line.trim_start().len();
        line.get(..blanks)?.find('\t').map(|at| start + at)
    })
}

/// The blanks and tabs before the text of the line of a tab, and how many blanks its tabs stand for, two for each.
pub fn tabs(text: &str, place: usize) -> Option<(usize, usize, usize)> {
    let (start, line) = line_at(text, place)?;
    let before = line.get(..line.len() - line.trim_start().len())?;
    let blanks = before.chars().map(|letter| if letter == '\t' { BLANKS_OF_A_TAB } else { 1 }).sum();
    Some((start, start + before.len(), blanks))
}

/// The last quote that begins a value, or a text in it, before the place and is not closed on its line.
pub fn open_quote(text: &str, noticed: usize) -> Option<usize> {
    lines(text)
        .take_while(|(start, _)| *start <= noticed)
        .filter_map(|(start, line)| Some(start + odd_quote(line)?))
        .last()
}

fn odd_quote(line: &str) -> Option<usize> {
    if line.trim_start().starts_with('#') || line.matches('"').count().is_multiple_of(2) {
        return None;
    }
    let opens = |at: &usize| {
        let before = line.get(..*at).unwrap_or_default();
        before.matches('"').count().is_multiple_of(2) && before.ends_with([' ', '[', '{', '(', ','])
    };
    line.match_indices('"').map(|(at, _)| at).rfind(opens)
}

/// What YAML takes for a comment behind a text, and people hardly meant so: a single blank before the `#`, or none
/// behind it.
pub fn cut(text: &str, end: usize) -> Option<(usize, usize)> {
    let rest = text.get(end..)?.split('\n').next()?;
    let said = rest.trim_start_matches([' ', '\t']);
    let blanks = rest.len() - said.len();
    let mark = said.strip_prefix('#')?;
    let close = blanks == 1 || mark.starts_with(|letter: char| letter.is_alphanumeric());
    (blanks > 0 && close).then(|| (end + blanks, end + rest.trim_end().len()))
}

/// A line with an arrow that YAML does not take for a text: one that begins with a quote, or with a choice as it is
/// written elsewhere; with its part that is read otherwise and what to write.
pub fn line_of_rule(text: &str, noticed: usize) -> Option<(usize, usize, &'static str)> {
    let (start, line) = line_at(text, noticed)?;
    let said = line.trim_start().strip_prefix("- ")?.trim_start();
    let begins = start + line.len() - said.len();
    if ![" -> ", " <- ", " <-> "].iter().any(|arrow| said.contains(arrow)) {
        return None;
    }
    if let Some(rest) = said.strip_prefix('"') {
        let end = begins + 1 + rest.find('"')? + 1;
        let help = "a line cannot begin with a quote: write the field first, `FIELD <- \"…\"`, or the whole line in \
                    single quotes";
        return Some((begins, end, help));
    }
    let (before, choice) = said.split_once(" ? ")?;
    let colon = choice.find(" : ")?;
    let at = begins + before.len() + 1;
    Some((at, at + 2 + colon + 2, "write `if … then … else …`"))
}

/// A second `: ` outside quotes and brackets on the line, where YAML allows one.
pub fn second_colon(text: &str, noticed: usize) -> Option<usize> {
    let (start, line) = line_at(text, noticed)?;
    let bare = line.trim_start();
    let (mut quoted, mut depth, mut last, mut colons) = (false, 0_usize, ' ', 0);
    for (at, letter) in line.char_indices() {
        match letter {
            '#' if last.is_whitespace() && !quoted => break,
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ':' if depth == 0 && line.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')) => {
                colons += 1;
                // Quotes inside an unquoted value mean nothing to YAML.
                if colons == 2 && !bare.starts_with('#') {
                    return Some(start + at);
                }
            }
            _ => {}
        }
        last = letter;
    }
    None
}

/// Places behind a colon without a blank, as in `key:value`, of the line where YAML noticed and of those before it:
/// the nearest line first. Addresses and times have such colons, too.
pub fn tight_colons(text: &str, noticed: usize) -> Vec<usize> {
    let before: Vec<(usize, &str)> = lines(text).take_while(|(start, _)| *start <= noticed).collect();
    let place = |(start, line): &(usize, &str)| {
        let bare = line.trim_start();
        let (key, value) = bare.trim_start_matches("- ").split_once(':')?;
        let is_key = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || "_- ".contains(letter));
        let is_tight = value.starts_with(|letter: char| !letter.is_whitespace() && letter != '/');
        let behind = line.len() - value.len();
        (is_key && is_tight && !bare.starts_with('#')).then(|| start + behind)
    };
    before.iter().rev().take(2 * LINES_NEAR).filter_map(place).collect()
}

/// The innermost bracket that begins a list or map in one line and is still open at the end of the text.
pub fn open_bracket(before: &str) -> Option<usize> {
    let (mut open, mut quote, mut last, mut comment) = (Vec::new(), None, ' ', false);
    for (at, letter) in before.char_indices() {
        match (quote, letter) {
            _ if comment => {}
            (Some(end), _) if letter == end => quote = None,
            (Some(_), _) => {}
            (None, '#') if last.is_whitespace() => comment = true,
            (None, '"' | '\'') if last.is_whitespace() || "[{,".contains(last) => quote = Some(letter),
            (None, '[' | '{') if last.is_whitespace() || "[{,".contains(last) => open.push(at),
            (None, ']' | '}') => drop(open.pop()),
            _ => {}
        }
        comment &= letter != '\n';
        last = letter;
    }
    open.pop()
}
