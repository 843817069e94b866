//! YAML text to nodes with a place for every key and value.
//!
//! Every scalar stays text: `no`, `01234` and `1.10` mean what the reader of the node says. One
//! document, no anchors, no tags, a bounded depth; whatever else YAML can do has no use in rules.

use granit_parser::{Event, Parser, ScalarStyle};

use super::expression::Name;
use super::{indentation, slips};
use crate::diagnostic::{Code, Diagnostic, Edit, FileId, Span, edit};

/// How deep nodes may nest.
pub const DEPTH_MAX: usize = 64;

/// The most nodes of a file.
pub const NODES_MAX: usize = 200_000;

const CODE: Code = Code("syntax-yaml");

const TAB: &str = "a tab stands where YAML indents with blanks";
const QUOTE: &str = "a quote is not closed";
const TIGHT: &str = "the colon behind a key wants a blank behind it";
const COLON: &str = "YAML takes a colon with a blank behind it for the end of a key";

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands. Of a list or map only the first byte.
    pub span: Span,
}

/// Kinds of nodes.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Nothing stands there.
    Null,
    /// Text.
    Scalar(Scalar),
    /// `- a`
    Sequence(Vec<Node>),
    /// `key: value`, in file order.
    Mapping(Vec<(Scalar, Node)>),
}

/// Text with the place of each of its bytes.
#[derive(Clone, Debug, Default)]
pub struct Scalar {
    /// The text, quotes and escapes undone.
    pub text: String,
    /// Whether it stood without quotes and on its own line.
    pub plain: bool,
    /// Where it stands, quotes included.
    pub span: Span,
    /// What stands behind it on its line as a comment, and does not look like one.
    pub cut: Option<Span>,
    offsets: Offsets,
}

/// Where the bytes of a text stand in the file.
#[derive(Clone, Debug)]
enum Offsets {
    /// One behind the other, from here on.
    Straight(usize),
    /// Each at its place, with quotes, escapes and line ends between them.
    Each(Vec<usize>),
}

impl Default for Offsets {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl Scalar {
    /// Where a byte of the text stands in the file.
    pub fn offset(&self, at: usize) -> usize {
        match &self.offsets {
            Offsets::Straight(_) if self.text.is_empty() => self.span.start,
            Offsets::Straight(start) => start + at.min(self.text.len()),
            Offsets::Each(places) => match places.get(at) {
                Some(offset) => *offset,
                None => places.last().map_or(self.span.start, |last| last + 1),
            },
        }
    }

    /// The text from here on, as a scalar of its own.
    #[must_use]
    pub fn tail(&self, start: usize) -> Self {
        let text = self.text.get(start..).unwrap_or_default().to_owned();
        let offsets = match &self.offsets {
            Offsets::Straight(first) => Offsets::Straight(first + start),
            Offsets::Each(places) => Offsets::Each(places.get(start..).unwrap_or_default().to_vec()),
        };
        Self { text, plain: self.plain, span: self.part(start, self.text.len()), cut: self.cut, offsets }
    }

    /// The text with its place.
    pub fn name(&self) -> Name {
        Name { text: self.text.clone(), span: self.span }
    }

    /// A part of the text with its place.
    pub fn named(&self, start: usize, end: usize) -> Name {
        Name { text: self.text.get(start..end).unwrap_or_default().to_owned(), span: self.part(start, end) }
    }

    /// Where a part of the text stands.
    pub fn part(&self, start: usize, end: usize) -> Span {
        let last = if end > start { self.offset(end - 1) + 1 } else { self.offset(start) };
        Span::new(self.span.file, self.offset(start), last)
    }
}

/// Parses one file.
pub fn parse(file: FileId, text: &str) -> (Node, Vec<Diagnostic>) {
    let (node, mut found) = read(file, text);
    let unsure = |one: &&mut Diagnostic| matches!(one.code.0, "syntax-yaml" | "duplicate-key") && !is_sure(one);
    let whole = |text: &str| read(file, text).1.is_empty();
    for finding in found.iter_mut().filter(|one| one.message == TAB) {
        // As many blanks as its tabs stand for are the answer where the text can be read then.
        finding.fix = slips::tabs(text, finding.primary.span.start)
            .map(|(start, end, blanks)| Edit { span: Span::new(file, start, end), replacement: " ".repeat(blanks) })
            .into_iter()
            .filter(|edit| whole(&edit::applied(text, std::slice::from_ref(edit))))
            .collect();
    }
    if let Some(finding) = found.first_mut().filter(unsure) {
        let noticed = finding.primary.span.start;
        let blank = |at: usize| Edit { span: Span::new(file, at, at), replacement: " ".to_owned() };
        let mends = |at: &usize| whole(&edit::applied(text, &[blank(*at)]));
        if let Some(at) = slips::tight_colons(text, noticed).into_iter().find(mends) {
            let place = Span::new(file, at - 1, at);
            let tight = Diagnostic::error(CODE, TIGHT, place, "no blank behind it").help("write a blank behind it");
            *finding = Diagnostic { fix: vec![blank(at)], ..tight };
        } else if let Some(slip) = indentation::slip(text, noticed, whole) {
            *finding = slipped(finding, slip);
        } else if let Some((start, end)) = indentation::lost(text, noticed, whole) {
            *finding = lost(finding, Span::new(file, start, end));
        }
    }
    (node, found)
}

/// Whether a finding names its cause already, and not only what YAML stumbled over.
fn is_sure(finding: &Diagnostic) -> bool {
    [TAB, QUOTE, COLON].contains(&finding.message.as_str())
}

/// The line above which one is missing, in place of the one where YAML noticed.
fn lost(noticed: &Diagnostic, span: Span) -> Diagnostic {
    let message = "a line is missing above this one: nothing opens the block in which it stands";
    let finding = Diagnostic::error(CODE, message, span, "this line");
    let finding = finding.help("write the line that opens it, such as `KEY:` or `- name: …`, or indent this one less");
    if noticed.primary.span.start > span.end {
        return finding.label(noticed.primary.span, "YAML notices here");
    }
    finding
}

/// The line that slipped, in place of the one where YAML noticed.
fn slipped(noticed: &Diagnostic, slip: indentation::Slip) -> Diagnostic {
    let blanks = |count: usize| if count == 1 { "1 blank".to_owned() } else { format!("{count} blanks") };
    let span = Span::new(noticed.primary.span.file, slip.start, slip.end);
    let message =
        format!("this line is indented by {}, and the lines around it do not fit to that", blanks(slip.indent));
    let finding = Diagnostic::error(CODE, message, span, "this line");
    let before = Span::new(span.file, slip.start - slip.indent, slip.start);
    let finding = finding.help(format!("indent it by {}", blanks(slip.wanted))).edit(before, " ".repeat(slip.wanted));
    let place = noticed.primary.span;
    if place.start < slip.start || place.start > slip.end {
        return finding.label(place, "YAML notices here");
    }
    finding
}

fn read(file: FileId, text: &str) -> (Node, Vec<Diagnostic>) {
    let mut builder = Builder { file, text, open: Vec::new(), root: None, nodes: 0 };
    let mut found = Vec::new();
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                builder.take(event, Span::new(file, range.start, range.end))
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
                Err(reword(&error.to_string(), text, Span::new(file, at, at)))
            }
        };
        if let Err(finding) = step {
            found.push(*finding);
            break;
        }
    }
    let nothing = Node { kind: NodeKind::Null, span: Span::new(file, 0, 0) };
    (builder.root.unwrap_or(nothing), found)
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

struct Open {
    span: Span,
    items: Vec<Node>,
    entries: Vec<(Scalar, Node)>,
    key: Option<Scalar>,
    mapping: bool,
}

type Refusal = Box<Diagnostic>;

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span)?;
                self.scalar(&value, style, span)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span)?;
                self.begin(span, false)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span)?;
                self.begin(span, true)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(refusal("rule files use no anchors", span, "an alias", "write the value out"))
            }
            Event::DocumentStart(..) if self.root.is_some() => Err(refusal(
                "a rule file holds one document",
                span,
                "a second one begins",
                "put it into a file of its own",
            )),
            _ => Ok(()),
        }
    }

    fn refuse_extras(&mut self, anchor: usize, tagged: bool, span: Span) -> Result<(), Refusal> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(refusal(
                &format!("the file has more than {NODES_MAX} values"),
                span,
                "too many here",
                "split the file",
            ));
        }
        if tagged {
            return Err(refusal("rule files use no YAML tags", span, "a tag", "leave the `!…` out"));
        }
        if anchor != 0 {
            return Err(refusal(
                "rule files use no anchors",
                span,
                "an anchor",
                "write the value out where it is used",
            ));
        }
        Ok(())
    }

    fn begin(&mut self, span: Span, mapping: bool) -> Result<(), Refusal> {
        if self.open.len() >= DEPTH_MAX {
            let message = format!("the file nests deeper than {DEPTH_MAX} levels");
            return Err(refusal(&message, span, "too deep here", "rule files need no more than a handful"));
        }
        let span = Span::new(self.file, span.start, span.start + 1);
        self.open.push(Open { span, items: Vec::new(), entries: Vec::new(), key: None, mapping });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Refusal> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let kind = if open.mapping { NodeKind::Mapping(open.entries) } else { NodeKind::Sequence(open.items) };
        self.place(Node { kind, span: open.span })
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span) -> Result<(), Refusal> {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        // A block that the file's end cuts off has no line end of its own; the parser gives it one.
        let last = self.text.rsplit('\n').next().unwrap_or_default();
        let cut_off = is_block && span.end >= self.text.len() && !last.trim().is_empty();
        let value = if cut_off { value.strip_suffix('\n').unwrap_or(value) } else { value };
        let raw = self.text.get(span.start..span.end).unwrap_or_default();
        let trimmed = Span::new(self.file, span.start, span.start + raw.trim_end().len());
        let plain = style == ScalarStyle::Plain;
        let cut = slips::cut(self.text, trimmed.end).filter(|_| plain);
        let scalar = Scalar {
            text: value.to_owned(),
            plain,
            span: trimmed,
            cut: cut.map(|(start, end)| Span::new(self.file, start, end)),
            offsets: align(value, raw, span.start, style),
        };
        if let Some(open) = self.open.last_mut().filter(|open| open.mapping && open.key.is_none()) {
            if let Some((first, _)) = open.entries.iter().find(|(key, _)| key.text == scalar.text) {
                let message = format!("key `{}` stands twice", scalar.text);
                let finding = Diagnostic::error(Code("duplicate-key"), message, trimmed, "again here")
                    .label(first.span, "first here")
                    .help(format!("take one of the two `{}` out, or give it another name", scalar.text));
                return Err(Box::new(finding));
            }
            open.key = Some(scalar);
            return Ok(());
        }
        let empty = scalar.plain && matches!(value, "" | "~" | "null");
        let kind = if empty { NodeKind::Null } else { NodeKind::Scalar(scalar) };
        self.place(Node { kind, span: trimmed })
    }

    fn place(&mut self, node: Node) -> Result<(), Refusal> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(open) if open.mapping => match open.key.take() {
                Some(key) => open.entries.push((key, node)),
                None => {
                    return Err(refusal(
                        "a key is a single text",
                        node.span,
                        "this is a list or a map",
                        "write a name",
                    ));
                }
            },
            Some(open) => open.items.push(node),
        }
        Ok(())
    }
}

/// The place of each byte of a scalar's text: its letters stand in the raw text in the same
/// order, with quotes, escapes, line ends and indentation between them.
fn align(value: &str, raw: &str, start: usize, style: ScalarStyle) -> Offsets {
    let mut at = usize::from(matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) && raw.starts_with(['|', '>']) {
        at = raw.find('\n').map_or(0, |end| end + 1);
    }
    if raw.get(at..).is_some_and(|rest| rest.starts_with(value)) {
        return Offsets::Straight(start + at);
    }
    let mut offsets = Vec::with_capacity(value.len());
    for letter in value.chars() {
        let rest = raw.get(at..).unwrap_or_default();
        let skip = rest.find(letter).or_else(|| rest.find('\n')).unwrap_or(0);
        for byte in 0..letter.len_utf8() {
            offsets.push(start + at + skip + byte);
        }
        at += skip + letter.len_utf8();
    }
    Offsets::Each(offsets)
}

fn refusal(message: &str, span: Span, at: &str, help: &str) -> Refusal {
    Box::new(Diagnostic::error(CODE, message, span, at).help(help))
}

/// The parser's own words are for YAML's authors; these are for a rule's.
fn reword(words: &str, text: &str, span: Span) -> Refusal {
    if let Some(place) = slips::tab(text, span.start) {
        return refusal(TAB, Span::new(span.file, place, place + 1), "a tab", "use two blanks for each level");
    }
    if words.contains("tab") {
        return refusal(TAB, span, "at or before here", "use two blanks for each level");
    }
    if let Some((start, end, help)) = slips::line_of_rule(text, span.start) {
        return refusal("YAML does not take this for one line of text", Span::new(span.file, start, end), "here", help);
    }
    if let Some(place) = slips::second_colon(text, span.start) {
        let place = Span::new(span.file, place, place + 1);
        let finding = Diagnostic::error(CODE, COLON, place, "read as the end of a key");
        return Box::new(finding.help("write the whole value in single quotes: `'…: …'`"));
    }
    if let Some(place) = slips::open_quote(text, span.start) {
        let place = Span::new(span.file, place, place + 1);
        return refusal(QUOTE, place, "opened here", "close it on this line");
    }
    if let Some(at) = slips::open_bracket(text.get(..span.start).unwrap_or_default()) {
        let bracket = text.get(at..=at).unwrap_or_default();
        let place = Span::new(span.file, at, at + 1);
        return refusal(
            &format!("a `{bracket}` is not closed"),
            place,
            "opened here",
            "close it, or put the text into quotes",
        );
    }
    let plain = words.split(" at ").next().unwrap_or(words).to_lowercase();
    refusal(
        &if plain.trim().is_empty() {
            "this is not well-formed YAML".to_owned()
        } else {
            format!("this is not well-formed YAML: {plain}")
        },
        span,
        "here",
        "compare the indentation and quotes of this line with its neighbours",
    )
}
