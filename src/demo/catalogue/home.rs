//! Cookware, pressure cookers, dinner sets, bed sheets, mattresses, sofas and lamps.

use services::kernel::handling::HandlingClass;

use super::spec::{Department, Leaf, axis, list, number, text, yes};

pub fn department() -> Department {
    Department {
        slug: "home-kitchen",
        name: "Home and kitchen",
        attributes: vec![],
        leaves: vec![cookware(), pressure_cookers(), dinner_sets(), bed_sheets(), mattresses(), sofas(), lamps()],
    }
}

fn cookware() -> Leaf {
    Leaf {
        slug: "cookware",
        name: "Cookware",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 64,
        rupees: 1_200,
        brands: "Rasovik | Tamrapatra | Loharika | Masaleta | Handivala",
        series: "Dadi | Annapurna | Chulha | Tadka | Everyday",
        words: vec![],
        attributes: vec![
            text("piece", "Piece", "kadai | tawa@800 | frying pan@900 | saucepan@850 | handi@1200 | set of three@2300"),
            text(
                "material",
                "Material",
                "Aluminium@700 | Stainless steel | Cast iron@1200 | Tri-ply steel@1800 | Copper@2500",
            )
            .graded(),
            number("diameter", "Diameter", "cm", "18@800 | 20@900 | 24 | 26@1080 | 28@1150 | 30@1220"),
            text("coating", "Coating", "none | non-stick@1080 | ceramic@1180 | seasoned"),
            yes("induction", "For induction", 600, 1_060),
            yes("lid", "Lid", 500, 1_090),
            yes("dishwasher_safe", "Dishwasher safe", 400, 1_000),
        ],
        axes: vec![],
        title: "{brand} {series} {model} {=material} {piece}, {diameter} cm{induction?, for induction|}",
        opens: vec![
            "A {=material} {piece} of {diameter} cm; coating: {coating}.",
            "The {series} {piece} heats evenly on gas{induction? and induction|} and browns onions without burning them.",
        ],
        tells: vec![
            "{lid?A glass lid comes with it|Any lid of its size fits}.",
            "{dishwasher_safe?It may go into the dishwasher|A soft sponge and warm water clean it}.",
            "Handles are riveted and stay cool.",
        ],
        closes: vec![
            "Season it with a little oil before first use.",
            "Ten years on the shelf of one kitchen is usual.",
        ],
    }
}

fn pressure_cookers() -> Leaf {
    Leaf {
        slug: "pressure-cookers",
        name: "Pressure cookers",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 48,
        rupees: 1_850,
        brands: "Seetimaar | Rasovik | Handivala | Tamrapatra",
        series: "Seeti | Bhaap | Annapurna | Jhatpat",
        words: vec![],
        attributes: vec![
            text("material", "Material", "Aluminium@700 | Hard anodised | Stainless steel@1250 | Tri-ply steel@1600")
                .graded(),
            text("lid_type", "Lid", "inner lid | outer lid"),
            yes("induction", "For induction", 600, 1_080),
            number("body_thickness", "Body", "mm", "2.5 | 3.0 | 3.25@1040 | 4.0@1090").graded().quiet(),
            list("includes", "Includes", "Separator | Spare gasket | Recipe booklet | Steamer stand", 1, 3),
        ],
        axes: vec![axis(
            "Cooker size",
            "2 litres@800 | 3 litres | 5 litres@1280 | 7.5 litres@1600 | 10 litres@1950",
            2,
            4,
        )],
        title: "{brand} {series} {model} pressure cooker, {=material}, {lid_type}",
        opens: vec![
            "Dal in four whistles: a {=material} pressure cooker with {lid_type}.",
            "The {series} by {brand} has a body of {body_thickness} mm that keeps the heat in.",
        ],
        tells: vec![
            "Sizes: {cooker_size}.",
            "{induction?It works on gas and induction|It is made for gas stoves}.",
            "In the box: {=includes}.",
        ],
        closes: vec!["Two safety valves watch over it.", "Gaskets can be had for ten years."],
    }
}

fn dinner_sets() -> Leaf {
    Leaf {
        slug: "dinner-sets",
        name: "Dinner sets",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 2_100,
        brands: "Thaalika | Kumbhar Lane | Tamrapatra | Maati Made",
        series: "Utsav | Blue Courtyard | Sadgi | Jaipur Morning | Marble",
        words: vec![],
        attributes: vec![
            text(
                "material",
                "Material",
                "Melamine@600 | Stainless steel@900 | Opal glass | Stoneware@1500 | Bone china@2300",
            )
            .graded(),
            number("pieces", "Pieces", "", "12@600 | 18@800 | 24 | 32@1300 | 51@1900").graded(),
            text("decor", "Decor", "plain | floral | painted by hand@1300 | gold rim@1200"),
            yes("microwave_safe", "Microwave safe", 600, 1_020),
        ],
        axes: vec![axis("Colour", "White | Blue | Sage | Terracotta", 1, 2)],
        title: "{brand} {series} {=material} dinner set, {pieces} pieces, {decor}",
        opens: vec![
            "{pieces} pieces of {=material}, {decor}, for a table full of guests.",
            "The {series} makes a Tuesday look like a festival.",
        ],
        tells: vec![
            "{microwave_safe?It may go into the microwave|Keep it out of the microwave}.",
            "Plates, bowls and katoris stack without wobbling.",
            "In {=colour}.",
        ],
        closes: vec!["What breaks on the way is replaced.", "Single pieces can be bought again."],
    }
}

fn bed_sheets() -> Leaf {
    Leaf {
        slug: "bed-sheets",
        name: "Bed sheets",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 56,
        rupees: 1_000,
        brands: "Nidraya | Karghaya | Tanabaana | Chaadar House | Bunaai",
        series: "Sanganer | Malmal | Lotus Pond | Moonlight | Phulwari",
        words: vec![],
        attributes: vec![
            text("fabric", "Fabric", "Microfibre@650 | Cotton | Cotton satin@1350 | Bamboo@1600 | Linen@2100").graded(),
            number("thread_count", "Thread count", "", "144@850 | 180 | 210@1050 | 300@1250 | 400@1450").graded(),
            text("pattern", "Pattern", "plain | floral | geometric | block print@1150 | striped"),
            number("pillow_covers", "Pillow covers", "", "1@950 | 2 | 4@1150"),
            yes("fitted", "Elastic corners", 300, 1_080),
        ],
        axes: vec![
            axis("Size", "Single@700 | Double | Queen@1120 | King@1250", 2, 4),
            axis("Colour", "White | Indigo | Rose | Sage | Ochre", 1, 3),
        ],
        title: "{brand} {series} {pattern} {=fabric} bed sheet, {thread_count} threads",
        opens: vec![
            "A {pattern} bed sheet of {=fabric}, {thread_count} threads to the square inch.",
            "Cool in June and soft in January: the {series} by {brand}.",
        ],
        tells: vec![
            "Pillow covers: {pillow_covers}. Sizes: {=size}.",
            "{fitted?Elastic corners hold it on thick mattresses|Wide hems tuck in well}.",
            "In {=colour}.",
        ],
        closes: vec!["Wash cold the first time.", "Colours do not run."],
    }
}

fn mattresses() -> Leaf {
    Leaf {
        slug: "mattresses",
        name: "Mattresses",
        handling: HandlingClass::Large,
        large_from: None,
        count: 48,
        rupees: 9_500,
        brands: "Nidraya | Sukhshayan | Komalta | Ortholeya",
        series: "Cloud | Ortho | Swapna | Cosy",
        words: vec![],
        attributes: vec![
            text("core", "Core", "Coir@650 | Foam | Pocket springs@1350 | Memory foam@1450 | Latex@2200").graded(),
            number("thickness", "Thickness", "cm", "10@750 | 12.5@880 | 15 | 20@1280 | 25@1600").graded(),
            text("firmness", "Firmness", "soft | medium | firm | two-sided@1080"),
            number("trial_nights", "Trial", "nights", "0 | 30@1010 | 100@1030").graded().quiet(),
            yes("removable_cover", "Removable cover", 550, 1_040),
        ],
        axes: vec![axis("Size", "Single@560 | Diwan@760 | Queen | King@1180", 2, 4)],
        title: "{brand} {series} {model} {=core} mattress, {thickness} cm, {firmness}",
        opens: vec![
            "A {firmness} mattress with a core of {=core}, {thickness} cm thick.",
            "The {series} by {brand} lets one sleep and the other turn.",
        ],
        tells: vec![
            "Sizes: {=size}.",
            "{removable_cover?The cover zips off for the wash|The cover is quilted and airs itself}.",
            "{trial_nights} nights to try it.",
        ],
        closes: vec!["It comes rolled and needs a day to rise.", "Turn it with the seasons."],
    }
}

fn sofas() -> Leaf {
    Leaf {
        slug: "sofas",
        name: "Sofas",
        handling: HandlingClass::Large,
        large_from: None,
        count: 48,
        rupees: 21_000,
        brands: "Baithakiya | Lakdiwala | Crestova | Gharaana",
        series: "Durbar | Loft | Adda | Verandah",
        words: vec![],
        attributes: vec![
            number("seats", "Seats", "", "1@480 | 2@750 | 3 | 5@1700 | 6@2100").graded(),
            text("frame_material", "Frame", "Engineered wood@850 | Pine | Sheesham@1450 | Teak@1900").graded(),
            text("cover", "Cover", "Cotton | Velvet@1150 | Leatherette@1100 | Leather@2000").graded(),
            yes("bed", "Turns into a bed", 250, 1_180),
            yes("storage_box", "Storage", 250, 1_080),
            number("width", "Width", "cm", "90 | 145 | 190 | 220 | 260").graded().quiet(),
        ],
        axes: vec![axis("Colour", "Charcoal | Beige | Peacock | Rust | Bottle green", 2, 4)],
        title: "{brand} {series} {model} {seats} seater sofa, {=cover}, {=frame_material}",
        opens: vec![
            "A sofa for {seats} on a frame of {=frame_material}, covered with {=cover}.",
            "Long talks and short naps: the {series} by {brand}, {width} cm wide.",
        ],
        tells: vec![
            "{bed?At night it turns into a bed|Its cushions keep their shape for years}.",
            "{storage_box?Quilts vanish into its base|It stands on legs that a broom passes under}.",
            "In {=colour}.",
        ],
        closes: vec!["Two people carry it in and put it together.", "Measure the door before ordering."],
    }
}

fn lamps() -> Leaf {
    Leaf {
        slug: "lamps",
        name: "Lamps",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 1_050,
        brands: "Deepakala | Ujaala Lane | Maati Made | Crestova",
        series: "Jugnu | Diya | Chandni | Lantern",
        words: vec![],
        attributes: vec![
            text("type", "Type", "table lamp | floor lamp@1900 | wall lamp | hanging lamp@1250 | study lamp"),
            text("material", "Material", "Metal | Wood@1120 | Cane@1150 | Brass@1600 | Ceramic@1200").graded(),
            number("power", "Power", "W", "5 | 7 | 9 | 12@1050"),
            text("light", "Light", "warm white | cool white | adjustable@1150"),
            yes("dimmable", "Dimmable", 350, 1_120),
            yes("rechargeable", "Rechargeable", 200, 1_250),
        ],
        axes: vec![axis("Shade", "Ivory | Black | Terracotta | Bottle green", 1, 3)],
        title: "{brand} {series} {model} {=material} {type}, {power} W",
        opens: vec![
            "A {type} of {=material} that gives {light} light at {power} W.",
            "The {series} by {brand} makes corners kinder.",
        ],
        tells: vec![
            "{dimmable?It dims by touch|A switch hangs on its cord}.",
            "{rechargeable?It runs for eight hours without a plug|The cord is two metres long}.",
            "Shades: {=shade}.",
        ],
        closes: vec!["The LED bulb is in the box.", "Dust it with a dry cloth."],
    }
}
