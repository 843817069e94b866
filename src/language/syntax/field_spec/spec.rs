//! What is said of a map and of each of its keys.

/// A map: the keys that have a meaning of their own, and what people name themselves.
#[derive(Debug)]
pub struct MapSpec {
    /// What it is called in findings. Where it has a name of its own, findings say that.
    pub what: &'static str,
    /// Its keys.
    pub fields: &'static [FieldSpec],
    /// What any other key holds; without it there is no other key.
    pub named: Option<Named>,
}

/// A key.
#[derive(Debug)]
pub struct FieldSpec {
    /// Its name.
    pub name: &'static str,
    /// What stands behind it.
    pub shape: Shape,
    /// Whether the map must have it.
    pub required: bool,
    /// What it says, in a line.
    pub about: &'static str,
}

/// The keys of a map that people name themselves.
#[derive(Debug)]
pub struct Named {
    /// What such a key is, as `NAME` or `SYSTEM`.
    pub name: &'static str,
    /// What stands behind each.
    pub shape: Shape,
    /// What it says, in a line.
    pub about: &'static str,
}

/// What stands behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A single text, written in this way.
    Text(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of such; a single one may stand without brackets.
    List(&'static Shape),
    /// A map.
    Map(&'static MapSpec),
    /// Either of the two.
    Either(&'static Shape, &'static Shape),
    /// Whatever fits the setting or the field that is named.
    Data,
}

impl MapSpec {
    /// What is said of a key.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Its keys by name; none where any may stand.
    pub fn allowed(&self) -> impl Iterator<Item = &'static str> {
        let fields = if self.named.is_some() { &[] } else { self.fields };
        fields.iter().map(|field| field.name)
    }
}

impl Shape {
    /// The maps that may stand there.
    pub fn maps(&'static self) -> Vec<&'static MapSpec> {
        match self {
            Self::Map(map) => vec![map],
            Self::List(of) => of.maps(),
            Self::Either(one, other) => [one.maps(), other.maps()].concat(),
            Self::Text(_) | Self::Word(_) | Self::Data => Vec::new(),
        }
    }
}

/// A map with all that may stand in it, each where it is met first.
pub fn maps(whole: &'static MapSpec) -> Vec<&'static MapSpec> {
    let mut maps = vec![whole];
    let mut at = 0;
    while let Some(map) = maps.get(at).copied() {
        let shapes = map.fields.iter().map(|field| &field.shape).chain(map.named.iter().map(|named| &named.shape));
        for inner in shapes.flat_map(Shape::maps) {
            if !maps.iter().any(|known| std::ptr::eq(*known, inner)) {
                maps.push(inner);
            }
        }
        at += 1;
    }
    maps
}

impl FieldSpec {
    /// A key that may be left out.
    pub(super) const fn may(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, required: false, about }
    }

    /// A key that must be there.
    pub(super) const fn must(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, required: true, about }
    }
}

/// `about:`, which every file may have.
pub(super) const ABOUT: FieldSpec =
    FieldSpec::may("about", Shape::Text("TEXT"), "what the file is for, in the words of whoever wrote it");

/// `allow:`, the warnings that a file takes on itself.
pub(super) const ALLOW: FieldSpec = FieldSpec::may(
    "allow",
    Shape::List(&Shape::Text("LINT in KEY because REASON")),
    "warnings that are meant, where in the file, and why",
);
