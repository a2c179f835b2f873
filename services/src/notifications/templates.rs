//! The words of notices, from the files in `templates/`: `<kind>.txt` is a title and a sentence, `<kind>.html` the same in
//! the frame of `layout.html`. Values in HTML are escaped by the name of the file. Only what an order's owner may read.

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use std::sync::LazyLock;

use super::{kinds::NoticeKind, model::Text};
use crate::kernel::error::{EngineError, EngineResult};

/// What a notice tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The order's number.
    pub number: String,
    /// Who is spoken to.
    pub name: String,
    /// What was bought.
    pub lines: Vec<FactLine>,
    /// What was to be paid, for people.
    pub total: String,
    /// The money that went back, for people; empty when the notice is about none.
    pub amount: String,
    /// Nothing more is on its way.
    pub arrived_all: bool,
}

/// A line of an order, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactLine {
    /// What.
    pub title: String,
    /// How many.
    pub quantity: u32,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("templates/", $name)))),+] };
}

const FILES: &[(&str, &str)] = files![
    "layout.txt",
    "layout.html",
    "placed.txt",
    "placed.html",
    "shipped.txt",
    "shipped.html",
    "out_for_delivery.txt",
    "out_for_delivery.html",
    "delivered.txt",
    "delivered.html",
    "delayed.txt",
    "delayed.html",
    "failed.txt",
    "failed.html",
    "expired.txt",
    "expired.html",
    "cancelled.txt",
    "cancelled.html",
    "refunded.txt",
    "refunded.html",
    "return_requested.txt",
    "return_requested.html",
    "returned.txt",
    "returned.html",
    "return_refused.txt",
    "return_refused.html",
];

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in FILES {
        environment.add_template(name, text).expect("the templates are part of the program; a test renders each");
    }
    environment
});

fn render(name: &str, facts: impl Serialize) -> EngineResult<String> {
    let broken = |e: minijinja::Error| EngineError::permanent("notifications", format!("template {name}: {e}"));
    TEMPLATES.get_template(name).and_then(|t| t.render(facts)).map_err(broken)
}

/// A notice in the shop: one line, and a sentence.
pub fn short(kind: NoticeKind, facts: &Facts) -> EngineResult<Text> {
    let whole = render(&format!("{}.txt", kind.text()), facts)?;
    let (title, body) = whole.split_once('\n').unwrap_or((&whole, ""));
    Ok(Text { title: title.to_owned(), body: body.trim().to_owned() })
}

/// A notice as a letter: the text, and the HTML.
pub fn letter(kind: NoticeKind, facts: &Facts) -> EngineResult<(String, String)> {
    #[derive(Serialize)]
    struct Framed<'f> {
        #[serde(flatten)]
        facts: &'f Facts,
        sentence: String,
    }
    let sentence = short(kind, facts)?.body;
    Ok((render("layout.txt", Framed { facts, sentence })?, render(&format!("{}.html", kind.text()), facts)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            number: "CH123".into(),
            name: "<script>alert(1)</script>".into(),
            lines: vec![FactLine { title: "Lamp & <b>shade</b>".into(), quantity: 2 }],
            total: "₹999.00".into(),
            amount: "₹123.45".into(),
            arrived_all: true,
        }
    }

    #[test]
    fn every_kind_renders_for_every_channel_and_no_placeholder_is_left() {
        for kind in NoticeKind::ALL {
            let said = short(*kind, &facts()).expect("renders");
            let (text, html) = letter(*kind, &facts()).expect("renders");
            for part in [&said.title, &said.body, &text, &html] {
                assert!(!part.is_empty() && !part.contains("{{") && !part.contains("{%"), "{kind:?}: {part}");
            }
            assert!(said.body.contains("CH123") && text.contains(&said.body), "{kind:?}");
            assert!(html.contains("CH123") && html.contains(&format!("<title>{}</title>", said.title)), "{html}");
            assert!(!said.title.contains('\n'), "{kind:?}");
        }
    }

    #[test]
    fn names_and_titles_are_text_and_no_markup() {
        let (text, html) = letter(NoticeKind::Placed, &facts()).expect("renders");
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("Lamp &amp; &lt;b&gt;"), "{html}");
        assert!(text.contains("Hello <script>") && text.contains("2 x Lamp & <b>"), "{text}");
    }

    #[test]
    fn a_parcel_is_not_the_whole_order_and_money_is_named() {
        let part = Facts { arrived_all: false, ..facts() };
        let told = |facts| short(NoticeKind::Delivered, facts).expect("renders").title;
        assert_eq!((told(&facts()).as_str(), told(&part).as_str()), ("Delivered", "Parcel delivered"));
        assert!(short(NoticeKind::Refunded, &facts()).expect("renders").body.starts_with("₹123.45"));
    }
}
