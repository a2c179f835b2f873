//! How a category of the demo is written down: brands, attributes with their choices, options, and sentences with gaps.
//! It knows nothing of what is made from it; that is `maker`.
//!
//! Choices are one line of text, parted by ` | `. A choice that changes the price says by how much, in thousandths:
//! `"LED | QLED@1350 | OLED@2400"`.

use services::{
    items::{AttributeDefinition, AttributeKind},
    kernel::handling::HandlingClass,
};

/// A branch at the top of the shop.
pub struct Department {
    /// As in the address.
    pub slug: &'static str,
    /// As shown.
    pub name: &'static str,
    /// What the items of all its categories have.
    pub attributes: Vec<Attr>,
    /// The categories below it, in the shop's order.
    pub leaves: Vec<Leaf>,
}

/// A category that holds items.
pub struct Leaf {
    /// As in the address.
    pub slug: &'static str,
    /// As shown.
    pub name: &'static str,
    /// How its parcels are handled.
    pub handling: HandlingClass,
    /// Items whose number of this name is at least so much need two people and a lorry.
    pub large_from: Option<(&'static str, f64)>,
    /// How many items it gets.
    pub count: usize,
    /// Rupees of an item whose choices all are at 1000.
    pub rupees: u32,
    /// Who makes them.
    pub brands: &'static str,
    /// What they call them; `{series}` in a sentence.
    pub series: &'static str,
    /// Further gaps of sentences, by name.
    pub words: Vec<(&'static str, &'static str)>,
    /// What its items have.
    pub attributes: Vec<Attr>,
    /// What a shopper chooses between.
    pub axes: Vec<Axis>,
    /// The title, with gaps.
    pub title: &'static str,
    /// First sentences, with gaps; one is taken.
    pub opens: Vec<&'static str>,
    /// Sentences about attributes; one or two are taken.
    pub tells: Vec<&'static str>,
    /// Last sentences; one is taken, or none.
    pub closes: Vec<&'static str>,
}

/// An attribute of a category.
pub struct Attr {
    /// Machine name.
    pub key: &'static str,
    /// As shown.
    pub label: &'static str,
    /// What it may be.
    pub values: Values,
    /// Better items have later choices: a large television tends to have the better panel too.
    pub graded: bool,
    /// Offered as a facet.
    pub facetable: bool,
}

/// What an attribute may be.
pub enum Values {
    /// One of these words.
    Text(&'static str),
    /// One of these numbers, in a unit (empty: none).
    Number(&'static str, &'static str),
    /// Holds so many times of a thousand, and then changes the price to so many thousandths.
    Boolean(u32, u32),
    /// From so many to so many of these words.
    List(&'static str, usize, usize),
}

/// Something that a shopper chooses.
pub struct Axis {
    /// Such as Size.
    pub name: &'static str,
    /// What there may be.
    pub values: &'static str,
    /// At least so many of them.
    pub min: usize,
    /// At most so many of them.
    pub max: usize,
}

/// A choice and what it does to the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen.
    pub word: &'static str,
    /// Price in thousandths of what it was.
    pub permille: u32,
}

/// The choices of a line.
pub fn choices(line: &'static str) -> Vec<Choice> {
    let one = |part: &'static str| match part.trim().split_once('@') {
        Some((word, permille)) => {
            Choice { word, permille: permille.parse().expect("a number after @, as the demo's test reads every line") }
        }
        None => Choice { word: part.trim(), permille: 1_000 },
    };
    line.split('|').map(one).filter(|c| !c.word.is_empty()).collect()
}

/// An attribute in words.
pub const fn text(key: &'static str, label: &'static str, choices: &'static str) -> Attr {
    Attr { key, label, values: Values::Text(choices), graded: false, facetable: true }
}
/// An attribute in numbers.
pub const fn number(key: &'static str, label: &'static str, unit: &'static str, choices: &'static str) -> Attr {
    Attr { key, label, values: Values::Number(unit, choices), graded: false, facetable: true }
}
/// An attribute that holds or not.
pub const fn yes(key: &'static str, label: &'static str, chance: u32, permille: u32) -> Attr {
    Attr { key, label, values: Values::Boolean(chance, permille), graded: false, facetable: true }
}
/// An attribute of several words.
pub const fn list(key: &'static str, label: &'static str, choices: &'static str, min: usize, max: usize) -> Attr {
    Attr { key, label, values: Values::List(choices, min, max), graded: false, facetable: true }
}
/// Something to choose.
pub const fn axis(name: &'static str, values: &'static str, min: usize, max: usize) -> Axis {
    Axis { name, values, min, max }
}

impl Attr {
    /// Better items have later choices.
    pub const fn graded(mut self) -> Self {
        self.graded = true;
        self
    }
    /// Not offered as a facet.
    pub const fn quiet(mut self) -> Self {
        self.facetable = false;
        self
    }
    /// As the item service wants it.
    pub fn definition(&self) -> AttributeDefinition {
        let (kind, unit) = match self.values {
            Values::Text(_) => (AttributeKind::Text, None),
            Values::Number(unit, _) => (AttributeKind::Number, Some(unit).filter(|u| !u.is_empty())),
            Values::Boolean(..) => (AttributeKind::Boolean, None),
            Values::List(..) => (AttributeKind::List, None),
        };
        AttributeDefinition {
            key: self.key.to_owned(),
            label: self.label.to_owned(),
            kind,
            unit: unit.map(str::to_owned),
            facetable: self.facetable,
        }
    }
}

impl Axis {
    /// The attribute that lists what can be chosen, so that a search can narrow by it.
    pub fn key(&self) -> String {
        self.name.to_lowercase().replace(' ', "_")
    }
    /// That attribute's definition.
    pub fn definition(&self) -> AttributeDefinition {
        let (key, label) = (self.key(), self.name.to_owned());
        AttributeDefinition { key, label, kind: AttributeKind::List, unit: None, facetable: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_from_a_line() {
        let read: Vec<_> = choices("LED | QLED@1350|80.5@600").into_iter().map(|c| (c.word, c.permille)).collect();
        assert_eq!(read, [("LED", 1_000), ("QLED", 1_350), ("80.5", 600)]);
    }
}
