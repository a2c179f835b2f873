//! Perfumes, nail polish, face creams, hair oils and soaps.

use services::kernel::handling::HandlingClass;

use super::spec::{Department, Leaf, axis, list, number, text, yes};

pub fn department() -> Department {
    Department {
        slug: "beauty",
        name: "Beauty and care",
        attributes: vec![yes("vegan", "Vegan", 400, 1_040)],
        leaves: vec![perfumes(), nail_polish(), face_creams(), hair_oils(), soaps()],
    }
}

fn perfumes() -> Leaf {
    Leaf {
        slug: "perfumes",
        name: "Perfumes",
        handling: HandlingClass::Hazardous,
        large_from: None,
        count: 60,
        rupees: 950,
        brands: "Ittrika | Khushbu Lane | Maison Champaka | Gandhara Nine | Sugandhi",
        series: "Raat Rani | First Rain | Oudh Street | Bela | Sandal Wood | Vetiver Noon",
        words: vec![],
        attributes: vec![
            text(
                "concentration",
                "Concentration",
                "body mist@500 | eau de cologne@750 | eau de toilette | eau de parfum@1500 | attar@1900",
            )
            .graded(),
            list("notes", "Notes", "Jasmine | Rose | Sandalwood | Vetiver | Saffron | Citrus | Amber | Oudh", 2, 4),
            text("for", "For", "Women | Men | Everyone"),
            number("lasts", "Lasts", "hours", "3 | 5 | 8@1080 | 12@1200").graded(),
        ],
        axes: vec![axis("Volume", "30 ml@620 | 50 ml | 100 ml@1650", 1, 3)],
        title: "{brand} {series} {concentration} for {=for}, {=notes}",
        opens: vec![
            "A {concentration} of {=notes} that stays for {lasts} hours.",
            "The {series} by {brand} opens bright and settles warm.",
        ],
        tells: vec![
            "Volumes: {volume}.",
            "{vegan?No animal has given anything for it|It is blended with beeswax absolute}.",
            "Made for {=for}.",
        ],
        closes: vec!["It holds alcohol and travels by road only.", "Spray it on the wrist, not on silk."],
    }
}

fn nail_polish() -> Leaf {
    Leaf {
        slug: "nail-polish",
        name: "Nail polish",
        handling: HandlingClass::Hazardous,
        large_from: None,
        count: 36,
        rupees: 190,
        brands: "Alta Lane | Rangoli Nine | Nakhra | Lakshaya",
        series: "Bindi | Festival | Studio | Glass",
        words: vec![],
        attributes: vec![
            text("finish", "Finish", "glossy | matt@1080 | glitter@1150 | chrome@1350 | gel@1500").graded(),
            number("content", "Volume", "ml", "6@800 | 9 | 12@1200"),
            number("dries", "Dries in", "seconds", "45@1050 | 60 | 90"),
            yes("breathable", "Breathable", 300, 1_200),
        ],
        axes: vec![axis("Shade", "Sindoor | Nude | Plum | Coral | Midnight | Mint | Gold@1080", 3, 6)],
        title: "{brand} {series} {finish} nail polish, {content} ml, dries in {dries} s",
        opens: vec![
            "{finish} colour in {content} ml that dries in {dries} seconds.",
            "The {series} by {brand} lasts from Dhanteras to Bhai Dooj.",
        ],
        tells: vec![
            "Shades: {shade}.",
            "{breathable?Air and water pass through it|A top coat doubles its life}.",
            "{vegan?Vegan, and never tested on animals|Never tested on animals}.",
        ],
        closes: vec!["It is flammable and travels by road only.", "Shake it before use."],
    }
}

fn face_creams() -> Leaf {
    Leaf {
        slug: "face-creams",
        name: "Face creams",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 52,
        rupees: 380,
        brands: "Ubtanika | Champaka Botanics | Twachara | Sugandhi | Neemora",
        series: "Dawn | Kumkum | Daily | Repair | Glow",
        words: vec![],
        attributes: vec![
            text("kind", "Kind", "day cream | night cream@1150 | gel | sunscreen@1100 | serum@1700").graded(),
            text("skin", "Skin type", "Dry | Oily | Normal | Sensitive@1080 | All"),
            list("ingredients", "With", "Saffron | Aloe | Neem | Vitamin C | Rose water | Turmeric", 1, 3),
            number("spf", "Sun protection", "SPF", "0 | 15@1040 | 30@1100 | 50@1200"),
            yes("fragrance_free", "Fragrance free", 350, 1_020),
        ],
        axes: vec![axis("Volume", "30 ml@650 | 50 ml | 100 ml@1750", 1, 3)],
        title: "{brand} {series} {kind} with {=ingredients}, for {=skin} skin",
        opens: vec![
            "A {kind} with {=ingredients} for {=skin} skin.",
            "The {series} by {brand} is gone into the skin before the kettle boils.",
        ],
        tells: vec![
            "Sun protection factor: {spf}. Volumes: {volume}.",
            "{fragrance_free?It smells of nothing at all|It smells faintly of its flowers}.",
            "{vegan?Vegan|With honey from small apiaries}.",
        ],
        closes: vec!["Try it on the arm first.", "Use it within a year of opening."],
    }
}

fn hair_oils() -> Leaf {
    Leaf {
        slug: "hair-oils",
        name: "Hair oils",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 240,
        brands: "Keshamrit | Neemora | Champaka Botanics | Ubtanika",
        series: "Dadi | Nourish | Roots | Sunday",
        words: vec![],
        attributes: vec![
            text("base", "Base", "coconut | sesame | almond@1350 | mustard@950 | argan@2300").graded(),
            list("herbs", "Herbs", "Bhringraj | Amla | Hibiscus | Brahmi | Curry leaf | Onion", 1, 3),
            text("for", "For", "Hair fall | Dry hair | Dandruff | Everyday"),
            yes("cold_pressed", "Cold pressed", 450, 1_120),
        ],
        axes: vec![axis("Volume", "100 ml@620 | 200 ml | 500 ml@2200", 2, 3)],
        title: "{brand} {series} {base} hair oil with {=herbs}, for {=for}",
        opens: vec![
            "{base} oil with {=herbs}, made for {=for}.",
            "Sunday oiling as grandmother did it: the {series} by {brand}.",
        ],
        tells: vec![
            "Volumes: {volume}.",
            "{cold_pressed?Pressed cold, so that it keeps what the seed had|Cooked slowly in iron pans}.",
        ],
        closes: vec!["Warm it in a bowl of hot water.", "Leave it on for an hour and wash."],
    }
}

fn soaps() -> Leaf {
    Leaf {
        slug: "soaps",
        name: "Soaps",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 40,
        rupees: 62,
        brands: "Neemora | Maati Made | Ubtanika | Sugandhi",
        series: "Ghat | Garden | Malabar | Morning",
        words: vec![],
        attributes: vec![
            text("scent", "Scent", "sandalwood@1250 | rose | neem | lemongrass | jasmine@1100 | charcoal@1050"),
            text("making", "Making", "milled | handmade@1450 | glycerine@1100").graded(),
            text("skin", "Skin type", "Dry | Oily | All | Sensitive@1060"),
            number("weight", "Weight", "g", "75@800 | 100 | 125@1200"),
        ],
        axes: vec![axis("Pack", "1 bar | 3 bars@2850 | 5 bars@4600", 2, 3)],
        title: "{brand} {series} {scent} soap, {making}, {weight} g, {=skin} skin",
        opens: vec![
            "A {making} soap of {weight} g that smells of {scent}.",
            "The {series} by {brand} is kind to {=skin} skin and to the drain.",
        ],
        tells: vec![
            "Packs: {pack}.",
            "{vegan?Made of plant oils alone|Made with goat's milk}.",
            "It lathers in hard water too.",
        ],
        closes: vec!["Let it dry between baths.", "Wrapped in paper, not in plastic."],
    }
}
