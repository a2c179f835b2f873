//! Pictures of the demo's items, drawn as SVG: a pictogram of the thing in one of a few colour schemes, with the title
//! below. Everything follows from category, slug and title, so the server draws any of them without a file.

use std::fmt::Write;

use super::draw::Draw;

mod shapes;

/// Background, pale, main, dark and accent colours that go together.
const SCHEMES: [[&str; 5]; 10] = [
    ["#fff4e6", "#ffd8a8", "#e8590c", "#7f2f08", "#1c7ed6"],
    ["#e7f5ff", "#a5d8ff", "#1c7ed6", "#0b3a66", "#f08c00"],
    ["#ebfbee", "#b2f2bb", "#2f9e44", "#134d20", "#e64980"],
    ["#fff0f6", "#fcc2d7", "#d6336c", "#6b1034", "#0c8599"],
    ["#f3f0ff", "#d0bfff", "#7048e8", "#33208a", "#f59f00"],
    ["#e6fcf5", "#96f2d7", "#0ca678", "#07503b", "#f76707"],
    ["#fff9db", "#ffec99", "#f08c00", "#7a4600", "#364fc7"],
    ["#f1f3f5", "#ced4da", "#495057", "#212529", "#e03131"],
    ["#e3fafc", "#99e9f2", "#1098ad", "#0b4a55", "#c2255c"],
    ["#f8f0fc", "#eebefa", "#ae3ec9", "#551363", "#2b8a3e"],
];
/// Letters of a line of the title.
const LINE_LETTERS: usize = 34;

/// The picture of an item: 800 by 800, XML that is whole and escaped whatever the title holds. An unknown category gives
/// a parcel.
pub fn svg(slug: &str, category_slug: &str, title: &str) -> String {
    let mut draw = Draw::named(slug);
    let [ground, pale, main, dark, accent] = SCHEMES[draw.below(SCHEMES.len())];
    let shape = shapes::of_category(category_slug)
        .replace("$l", pale)
        .replace("$m", main)
        .replace("$d", dark)
        .replace("$a", accent);
    let label = escaped(title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\" width=\"800\" height=\"800\" role=\"img\" \
         aria-label=\"{label}\"><title>{label}</title><rect width=\"400\" height=\"400\" fill=\"{ground}\"/>{}",
        backdrop(&mut draw, pale)
    );
    // Writing to a string cannot fail.
    let _ = write!(out, "<g stroke-linejoin=\"round\" stroke-linecap=\"round\">{shape}</g>");
    let lines = wrapped(title);
    for (i, line) in lines.iter().enumerate() {
        let y = 372 - 20 * (lines.len() - 1 - i);
        let _ = write!(
            out,
            "<text x=\"200\" y=\"{y}\" font-family=\"system-ui,sans-serif\" font-size=\"15\" text-anchor=\"middle\" \
             fill=\"{dark}\">{}</text>",
            escaped(line)
        );
    }
    out.push_str("</svg>");
    out
}

/// Something quiet behind the thing.
fn backdrop(draw: &mut Draw, pale: &str) -> String {
    let (x, y) = (draw.between(120, 280), draw.between(130, 210));
    match draw.below(4) {
        0 => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"130\" fill=\"{pale}\" opacity=\"0.5\"/>"),
        1 => format!("<path d=\"M0 {y}C120 {x} 280 60 400 {y}V310H0Z\" fill=\"{pale}\" opacity=\"0.5\"/>"),
        2 => {
            format!("<rect x=\"60\" y=\"50\" width=\"280\" height=\"250\" rx=\"60\" fill=\"{pale}\" opacity=\"0.5\"/>")
        }
        _ => format!(
            "<circle cx=\"{x}\" cy=\"110\" r=\"70\" fill=\"{pale}\" opacity=\"0.5\"/><circle cx=\"{y}\" cy=\"240\" r=\"90\" \
             fill=\"{pale}\" opacity=\"0.4\"/>"
        ),
    }
}

/// The title in at most two lines, the second cut where it must be.
fn wrapped(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split_whitespace() {
        let last = lines.len() - 1;
        let letters = lines[last].chars().count() + 1 + word.chars().count();
        if letters > LINE_LETTERS && !lines[last].is_empty() {
            if lines.len() == 2 {
                lines[last].push('…');
                break;
            }
            lines.push(String::new());
        }
        let line = lines.last_mut().expect("it begins with one");
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(LINE_LETTERS));
    }
    lines
}

/// Text that XML takes: the five special characters escaped, control characters dropped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::catalogue::catalogue, *};

    /// A small scanner for well-formed XML: tags balance, attributes are quoted and unique, `<` and `&` are escaped.
    fn well_formed(xml: &str) -> Result<(), String> {
        let mut open: Vec<String> = Vec::new();
        let mut rest = xml;
        while let Some(at) = rest.find('<') {
            text_is_escaped(&rest[..at])?;
            let end = rest[at..].find('>').ok_or("a tag without an end")? + at;
            let tag = &rest[at + 1..end];
            if let Some(name) = tag.strip_prefix('/') {
                if open.pop().as_deref() != Some(name) {
                    return Err(format!("</{name}> closes nothing"));
                }
            } else {
                let body = tag.strip_suffix('/').unwrap_or(tag);
                let (name, attributes) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
                attributes_are_whole(attributes)?;
                if !tag.ends_with('/') {
                    open.push(name.to_owned());
                }
            }
            rest = &rest[end + 1..];
        }
        if open.is_empty() && rest.is_empty() { Ok(()) } else { Err(format!("left open: {open:?} {rest}")) }
    }

    fn text_is_escaped(text: &str) -> Result<(), String> {
        for part in text.split('&').skip(1) {
            let entity = part.split(';').next().unwrap_or_default();
            if !["amp", "lt", "gt", "quot", "apos"].contains(&entity) {
                return Err(format!("a bare & before {part}"));
            }
        }
        Ok(())
    }

    fn attributes_are_whole(text: &str) -> Result<(), String> {
        let (mut rest, mut seen) = (text.trim(), Vec::new());
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=').ok_or_else(|| format!("no value: {rest}"))?;
            let quote =
                after.chars().next().filter(|c| ['"', '\''].contains(c)).ok_or_else(|| format!("no quote: {after}"))?;
            let (value, after) = after[1..].split_once(quote).ok_or_else(|| format!("an open quote: {after}"))?;
            text_is_escaped(value)?;
            if name.trim() != name || seen.contains(&name) {
                return Err(format!("twice or malformed: {name}"));
            }
            seen.push(name);
            rest = after.trim_start();
        }
        Ok(())
    }

    #[test]
    fn the_scanner_finds_what_is_broken() {
        for bad in ["<a>", "<a></b>", "<a b=c/>", "<a b=\"1\" b=\"2\"/>", "<a>&x</a>", "<a><b></a></b>", "<a", "<a/>x"]
        {
            assert!(well_formed(bad).is_err(), "{bad}");
        }
        assert_eq!(well_formed("<a b='1' c=\"2\"><d/>x &amp; y</a>"), Ok(()));
    }

    #[test]
    fn every_category_has_a_picture_of_its_own_that_is_whole() {
        let shop = catalogue();
        let mut seen = std::collections::BTreeSet::new();
        for item in &shop.items {
            if seen.insert(item.category_slug) {
                let shape = shapes::of_category(item.category_slug);
                assert_ne!(shape, shapes::of_category("no such thing"), "{} has no shape", item.category_slug);
                let colourless = shape.replace("$l", "").replace("$m", "").replace("$d", "").replace("$a", "");
                assert!(!colourless.contains('$'), "{}", item.category_slug);
            }
        }
        assert_eq!(seen.len(), 51);
        for item in shop.items.iter().step_by(7) {
            let picture = svg(&item.slug, item.category_slug, &item.draft.title);
            assert_eq!(well_formed(&picture), Ok(()), "{}", item.slug);
            assert!(!picture.contains('$') && picture.len() < 8_000, "{}", item.slug);
        }
    }

    #[test]
    fn hostile_titles_are_escaped_and_cut() {
        let title = format!("</text><script>alert('x') & \"y\"\u{0}\u{8} {}", "long".repeat(99));
        let picture = svg("x", "shirts", &title);
        assert_eq!(well_formed(&picture), Ok(()));
        assert!(!picture.contains("<script") && !picture.contains('\u{8}'));
        assert_eq!(well_formed(&svg("", "", "")), Ok(()));
    }

    #[test]
    fn the_same_item_always_looks_the_same() {
        assert_eq!(svg("a", "shoes", "A"), svg("a", "shoes", "A"));
        assert_ne!(svg("a", "shoes", "A"), svg("b", "shoes", "A"));
    }
}
