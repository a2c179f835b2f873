//! Makes the items of a category from how it is written down. Everything follows from the category's slug and the item's
//! number; nothing is read from outside.

use std::collections::BTreeSet;

use services::{
    items::{Attribute, AttributeValue, Image, ItemDraft, Rating, SelectedOption, VariantDraft},
    kernel::{
        handling::HandlingClass,
        ids::{CategoryId, SupplierId},
        money::Money,
        text::slug,
    },
};

use super::{
    super::draw::Draw,
    DemoItem,
    gaps::{Gaps, capital},
    prices,
    spec::{Attr, Axis, Choice, Leaf, Values, choices},
};

/// Draws of an item whose title is taken already, before its number is put behind it.
const TRIES_MAX: u32 = 40;

/// A leaf with its lines read.
pub struct Maker<'a> {
    leaf: &'a Leaf,
    category: CategoryId,
    supplier: SupplierId,
    brands: Vec<Choice>,
    series: Vec<Choice>,
    words: Vec<(&'static str, Vec<Choice>)>,
    attributes: Vec<(&'a Attr, Vec<Choice>)>,
    axes: Vec<(&'a Axis, Vec<Choice>)>,
}

/// What has been drawn for one item so far.
struct Sketch {
    gaps: Gaps,
    attributes: Vec<Attribute>,
    permilles: Vec<u32>,
    /// How good it is, in thousandths: graded attributes follow it.
    tier: usize,
    brand: &'static str,
}

impl<'a> Maker<'a> {
    /// Reads a leaf; `inherited` are its department's attributes.
    pub fn new(leaf: &'a Leaf, inherited: &'a [Attr], category: CategoryId, supplier: SupplierId) -> Self {
        let lines = |attr: &'a Attr| match attr.values {
            Values::Text(line) | Values::Number(_, line) | Values::List(line, ..) => (attr, choices(line)),
            Values::Boolean(..) => (attr, Vec::new()),
        };
        Self {
            leaf,
            category,
            supplier,
            brands: choices(leaf.brands),
            series: choices(leaf.series),
            words: leaf.words.iter().map(|(key, line)| (*key, choices(line))).collect(),
            attributes: inherited.iter().chain(&leaf.attributes).map(lines).collect(),
            axes: leaf.axes.iter().map(|a| (a, choices(a.values))).collect(),
        }
    }

    /// All items of the leaf. Their slugs are added to `taken` and differ from all that are there.
    pub fn items(&self, taken: &mut BTreeSet<String>) -> Vec<DemoItem> {
        (1..=self.leaf.count).map(|n| self.item(n, taken)).collect()
    }

    fn item(&self, n: usize, taken: &mut BTreeSet<String>) -> DemoItem {
        let mut draw = Draw::named(&format!("{}/{n}", self.leaf.slug));
        let mut sketch = self.sketch(n, &mut draw);
        let mut title = sketch.gaps.fill(self.leaf.title);
        for _ in 0..TRIES_MAX {
            if !taken.contains(&slug(&title)) {
                break;
            }
            sketch = self.sketch(n, &mut draw);
            title = sketch.gaps.fill(self.leaf.title);
        }
        if taken.contains(&slug(&title)) {
            title = format!("{title} {n}");
        }
        let slug = slug(&title);
        taken.insert(slug.clone());
        DemoItem { draft: self.draft(n, title, &slug, sketch, &mut draw), slug, category_slug: self.leaf.slug }
    }

    fn sketch(&self, n: usize, draw: &mut Draw) -> Sketch {
        let tier = draw.below(1_000);
        let at = graded(tier, self.brands.len(), draw);
        let brand = self.brands[at].word;
        let esteem = 850 + 350 * u32::try_from(at).unwrap_or(0) / u32::try_from(self.brands.len()).unwrap_or(1);
        let noise = draw.between(930, 1_080);
        let permilles = vec![esteem, noise];
        let mut s = Sketch { gaps: Gaps::default(), attributes: Vec::new(), permilles, tier, brand };
        s.gaps.word("brand", brand);
        s.gaps.word(
            "model",
            format!("{}{}", ["A", "C", "K", "N", "S", "V", "X"][draw.below(7)], 100 + n * 3 + draw.below(3)),
        );
        for (key, line) in [("series", &self.series)].into_iter().chain(self.words.iter().map(|(k, l)| (*k, l))) {
            if let Some(choice) = draw.pick(line) {
                s.gaps.word(key, choice.word);
                s.permilles.push(choice.permille);
            }
        }
        for (attr, line) in &self.attributes {
            attribute(attr, line, &mut s, draw);
        }
        s
    }

    fn draft(&self, n: usize, title: String, slug: &str, mut s: Sketch, draw: &mut Draw) -> ItemDraft {
        let axes: Vec<(&Axis, Vec<Choice>)> = self.axes.iter().map(|(a, line)| (*a, offered(a, line, draw))).collect();
        for (axis, values) in &axes {
            let words: Vec<String> = values.iter().map(|c| c.word.to_owned()).collect();
            s.gaps.words(&axis.key(), &words);
            s.attributes.push(Attribute { key: axis.key(), value: AttributeValue::List(words) });
        }
        let rupees = prices::scaled(u64::from(self.leaf.rupees), s.permilles.iter().copied());
        ItemDraft {
            supplier: self.supplier,
            external_id: format!("{}-{n:04}", self.leaf.slug),
            version: Some(1),
            category: self.category,
            brand: Some(s.brand.to_owned()),
            description: Some(self.description(&s.gaps, draw)),
            images: vec![picture(slug, &title)],
            title,
            rating: rating(s.tier, draw),
            handling: self.handling(&s.attributes),
            variants: variants(&format!("{}-{n:04}", sku_prefix(self.leaf.slug)), rupees, &axes, draw),
            attributes: s.attributes,
        }
    }

    fn description(&self, gaps: &Gaps, draw: &mut Draw) -> String {
        let mut sentences: Vec<&str> = draw.pick(&self.leaf.opens).copied().into_iter().collect();
        let tells = 1 + draw.below(2);
        sentences.extend(draw.some(&self.leaf.tells, tells).into_iter().copied());
        if draw.chance(700) {
            sentences.extend(draw.pick(&self.leaf.closes).copied());
        }
        sentences.into_iter().map(|s| gaps.fill(s)).collect::<Vec<_>>().join(" ")
    }

    fn handling(&self, attributes: &[Attribute]) -> HandlingClass {
        let large = self.leaf.large_from.is_some_and(|(key, from)| {
            attributes.iter().any(|a| a.key == key && matches!(a.value, AttributeValue::Number(n) if n >= from))
        });
        if large { HandlingClass::Large } else { self.leaf.handling }
    }
}

/// The place in a list of `n` that fits the tier, sometimes one off.
fn graded(tier: usize, n: usize, draw: &mut Draw) -> usize {
    let at = tier * n / 1_000;
    let at = match draw.below(4) {
        0 => at + 1,
        1 => at.saturating_sub(1),
        _ => at,
    };
    at.min(n.saturating_sub(1))
}

fn attribute(attr: &Attr, line: &[Choice], s: &mut Sketch, draw: &mut Draw) {
    let value = match attr.values {
        Values::Boolean(chance, permille) => {
            let holds =
                draw.chance(if attr.graded { chance * u32::try_from(s.tier).unwrap_or(0) / 500 } else { chance });
            s.gaps.choice(attr.key, holds);
            s.permilles.extend(holds.then_some(permille));
            AttributeValue::Boolean(holds)
        }
        Values::List(_, min, max) => {
            let n = if attr.graded { min + s.tier * (max - min + 1) / 1_000 } else { min + draw.below(max - min + 1) };
            let picked = draw.some(line, n);
            s.permilles.extend(picked.iter().map(|c| c.permille));
            let words: Vec<String> = picked.iter().map(|c| c.word.to_owned()).collect();
            s.gaps.words(attr.key, &words);
            // A list of nothing is no attribute.
            if words.is_empty() {
                return;
            }
            AttributeValue::List(words)
        }
        Values::Text(_) | Values::Number(..) => {
            let at = if attr.graded { graded(s.tier, line.len(), draw) } else { draw.below(line.len()) };
            s.permilles.push(line[at].permille);
            s.gaps.words(attr.key, &[line[at].word.to_owned()]);
            match attr.values {
                Values::Number(..) => AttributeValue::Number(
                    line[at].word.parse().expect("a number, as the demo's test reads every line"),
                ),
                _ => AttributeValue::Text(capital(line[at].word)),
            }
        }
    };
    s.attributes.push(Attribute { key: attr.key.to_owned(), value });
}

fn offered(axis: &Axis, line: &[Choice], draw: &mut Draw) -> Vec<Choice> {
    let n = axis.min + draw.below(axis.max - axis.min + 1);
    draw.some(line, n).into_iter().copied().collect()
}

/// Every combination of the options, in order.
fn variants(prefix: &str, rupees: u64, axes: &[(&Axis, Vec<Choice>)], draw: &mut Draw) -> Vec<VariantDraft> {
    let mut combinations: Vec<(Vec<SelectedOption>, Vec<u32>)> = vec![(Vec::new(), Vec::new())];
    for (axis, values) in axes {
        combinations = combinations
            .iter()
            .flat_map(|(options, permilles)| {
                values.iter().map(move |c| {
                    let mut next = (options.clone(), permilles.clone());
                    next.0.push(SelectedOption { name: axis.name.to_owned(), value: c.word.to_owned() });
                    next.1.push(c.permille);
                    next
                })
            })
            .collect();
    }
    let reduction = prices::reduction(draw);
    let make = |(k, (options, permilles)): (usize, (Vec<SelectedOption>, Vec<u32>))| {
        let price = prices::shown(prices::scaled(rupees, permilles));
        let sku = format!("{prefix}-{:02}", k + 1);
        VariantDraft { sku, options, price: inr(price), list_price: prices::before(price, reduction).map(inr) }
    };
    combinations.into_iter().enumerate().map(make).collect()
}

fn inr(rupees: u64) -> Money {
    Money::inr(i64::try_from(rupees * 100).unwrap_or(i64::MAX))
}

fn sku_prefix(slug: &str) -> String {
    slug.split('-').map(|word| word.chars().take(4).collect::<String>().to_uppercase()).collect()
}

fn picture(slug: &str, title: &str) -> Image {
    Image { url: format!("/images/{slug}.svg"), alt: title.to_owned(), width: Some(800), height: Some(800) }
}

/// Better items are rated better, popular ones by thousands; some are too new for any rating.
fn rating(tier: usize, draw: &mut Draw) -> Option<Rating> {
    let tenths = (33 + tier / 120 + draw.below(9)).min(49);
    let magnitude = draw.below(10);
    let count = 3 + draw.below(1 << (magnitude + 4));
    let average = f32::from(u8::try_from(tenths).unwrap_or(40)) / 10.0;
    draw.chance(960).then_some(Rating { average, count: u32::try_from(count).unwrap_or(0) })
}
