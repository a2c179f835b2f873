//! Rice, atta, tea, spices and dry fruits.

use services::kernel::handling::HandlingClass;

use super::spec::{Department, Leaf, axis, list, number, text, yes};

pub fn department() -> Department {
    Department {
        slug: "grocery",
        name: "Grocery",
        attributes: vec![
            yes("organic", "Organic", 250, 1_280).graded(),
            number("shelf_life", "Shelf life", "months", "6 | 9 | 12 | 18").quiet(),
        ],
        leaves: vec![rice(), atta(), tea(), spices(), dry_fruits()],
    }
}

fn rice() -> Leaf {
    Leaf {
        slug: "rice",
        name: "Rice",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 56,
        rupees: 92,
        brands: "Annadaata | Dhaanika | Khetwala | Sonamitti | Dharti Pride",
        series: "Select | Royal | Daily | Reserve | Harvest",
        words: vec![],
        attributes: vec![
            text(
                "variety",
                "Variety",
                "Sona Masoori | Kolam | Ponni | Basmati@1700 | Brown basmati@1900 | Black rice@2600",
            )
            .graded(),
            text("processing", "Processing", "raw | steamed@1040 | parboiled | hand-pounded@1150"),
            number("aged", "Aged", "months", "0@950 | 6 | 12@1080 | 24@1220").graded(),
            text("grain", "Grain", "short | medium | long@1050 | extra long@1150").graded(),
        ],
        axes: vec![axis("Pack", "1 kg | 5 kg@4850 | 10 kg@9400 | 25 kg@22500", 2, 4)],
        title: "{brand} {series} {variety} rice, {processing}, aged {aged} months{organic?, organic|}",
        opens: vec![
            "{variety} rice, {processing}, with {grain} grains that stay apart.",
            "From fields that {brand} knows by name: {variety}, aged for {aged} months.",
        ],
        tells: vec![
            "Packs: {pack}.",
            "{organic?Grown without pesticides and certified so|Cleaned, sorted and free of stones}.",
            "Good for pulao, for curd rice and for children.",
        ],
        closes: vec!["Keep it dry; best within {shelf_life} months.", "Two cups of water to one of rice."],
    }
}

fn atta() -> Leaf {
    Leaf {
        slug: "atta",
        name: "Atta and flours",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 48,
        rupees: 58,
        brands: "Chakkiya | Annadaata | Sonamitti | Khetwala | Roti Ghar",
        series: "Chakki | Gaon | Daily | Fibre | Select",
        words: vec![],
        attributes: vec![
            text("grain", "Grain", "whole wheat | multigrain@1250 | ragi@1300 | jowar@1250 | besan@1900 | bajra@1150"),
            text("milling", "Milling", "roller | stone-ground@1120 | cold stone-ground@1280").graded(),
            number("fibre", "Fibre", "g per 100 g", "3 | 9 | 11@1030 | 14@1070").graded().quiet(),
            yes("no_maida", "No refined flour", 800, 1_010),
        ],
        axes: vec![axis("Pack", "500 g@540 | 1 kg | 5 kg@4800 | 10 kg@9300", 2, 3)],
        title: "{brand} {series} {grain} flour, {milling}, {fibre} g fibre{organic?, organic|}",
        opens: vec![
            "{grain} flour, {milling}, for rotis that stay soft until the evening.",
            "Milled each week: {grain} by {brand}.",
        ],
        tells: vec![
            "Packs: {pack}; {fibre} g of fibre in each 100 g.",
            "{no_maida?Not a spoon of refined flour is in it|A little refined flour makes it smooth}.",
            "{organic?The grain is certified organic|The grain is bought from the growers}.",
        ],
        closes: vec!["Best within {shelf_life} months.", "Knead with warm water and rest the dough."],
    }
}

fn tea() -> Leaf {
    Leaf {
        slug: "tea",
        name: "Tea",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 60,
        rupees: 240,
        brands: "Chaibagan | Patiyaan | Kulhad Co | Misty Slope | Adda Chai",
        series: "Dawn | Nukkad | Estate | Monsoon | Station",
        words: vec![],
        attributes: vec![
            text("origin", "Origin", "Assam | Dooars | Nilgiri@1100 | Kangra@1400 | Darjeeling@2100").graded(),
            text("kind", "Kind", "black CTC | black orthodox@1350 | green@1250 | masala@1150 | white@3000").graded(),
            list("flavours", "Flavours", "Ginger | Cardamom | Tulsi | Lemon | Mint", 0, 3),
            text("form", "Form", "loose leaf | tea bags@1450"),
            text("strength", "Strength", "light | medium | strong"),
        ],
        axes: vec![axis("Pack", "100 g@480 | 250 g | 500 g@1900 | 1 kg@3650", 2, 3)],
        title: "{brand} {series} {origin} {kind} tea, {strength}, {form}{organic?, organic|}",
        opens: vec![
            "{strength} {kind} tea from {origin}, {form}.",
            "A cup of {series} by {brand} stands up to milk and sugar, or goes without.",
        ],
        tells: vec![
            "Packs: {pack}.",
            "{organic?From certified organic gardens|From small gardens, packed within three weeks}.",
            "Let it draw for three minutes, not five.",
        ],
        closes: vec!["Keep the tin closed; best within {shelf_life} months.", "Ginger and cardamom get along with it."],
    }
}

fn spices() -> Leaf {
    Leaf {
        slug: "spices",
        name: "Spices",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 60,
        rupees: 85,
        brands: "Masaleta | Khada Masala Co | Chutkibhar | Sonamitti",
        series: "Ghar | Kitchen | Heritage | Bazaar | Select",
        words: vec![],
        attributes: vec![
            text(
                "spice",
                "Spice",
                "turmeric | red chilli | coriander | cumin@1400 | garam masala@1300 | black pepper@2200 | cardamom@5200 | sambar powder@1100 | mustard seed@800",
            ),
            text("form", "Form", "powder | whole"),
            text("origin", "Origin", "Erode | Guntur | Unjha | Idukki | Kochi | Nagaur"),
            text("heat", "Heat", "none | mild | medium | hot").quiet(),
            yes("sun_dried", "Dried in the sun", 600, 1_050),
        ],
        axes: vec![axis("Pack", "100 g | 200 g@1900 | 500 g@4500 | 1 kg@8600", 2, 3)],
        title: "{brand} {series} {spice}, {form}, from {origin}{organic?, organic|}",
        opens: vec![
            "{spice}, {form}, from {origin}.",
            "The {series} {spice} of {brand} colours and scents a whole kitchen.",
        ],
        tells: vec![
            "Packs: {pack}; heat: {heat}.",
            "{sun_dried?Dried in the sun and ground slowly|Ground cold so that the oils stay in}.",
            "{organic?Certified organic|Tested for purity, batch by batch}.",
        ],
        closes: vec!["Roast it a little before use.", "Best within {shelf_life} months, in a closed jar."],
    }
}

fn dry_fruits() -> Leaf {
    Leaf {
        slug: "dry-fruits",
        name: "Dry fruits",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 330,
        brands: "Mewawala | Sonamitti | Nutvana | Khetwala",
        series: "Shahi | Daily | Gift | Select",
        words: vec![],
        attributes: vec![
            text(
                "kind",
                "Kind",
                "almonds | cashews@1080 | raisins@500 | pistachios@1350 | walnuts@1250 | dates@600 | figs@1300",
            ),
            text("grade", "Grade", "standard@880 | premium | jumbo@1250").graded(),
            text("preparation", "Preparation", "raw | roasted@1060 | roasted and salted@1070"),
            number("protein", "Protein", "g per 100 g", "3 | 15 | 18 | 21").quiet(),
        ],
        axes: vec![axis("Pack", "100 g@450 | 250 g | 500 g@1920 | 1 kg@3700", 2, 3)],
        title: "{brand} {series} {grade} {kind}, {preparation}{organic?, organic|}",
        opens: vec!["{grade} {kind}, {preparation}.", "A handful of {kind} by {brand} is a small feast."],
        tells: vec![
            "Packs: {pack}.",
            "{organic?From certified organic orchards|Sorted by hand, packed against air}.",
            "{protein} g of protein in each 100 g.",
        ],
        closes: vec!["Soak them overnight.", "Best within {shelf_life} months."],
    }
}
