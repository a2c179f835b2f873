//! Refrigerators, washing machines, air conditioners, mixer grinders, water purifiers, fans and irons.

use services::kernel::handling::HandlingClass;

use super::spec::{Department, Leaf, axis, list, number, text, yes};

const BRANDS: &str = "Gharvik | Sheetalya | Himvarsh | Velmora | Arohana | Crestova";

pub fn department() -> Department {
    Department {
        slug: "home-appliances",
        name: "Home appliances",
        attributes: vec![
            number("warranty_years", "Warranty", "years", "1 | 2@1010 | 5@1040").graded().quiet(),
            number("energy_stars", "Energy rating", "stars", "2 | 3 | 4@1050 | 5@1110").graded(),
        ],
        leaves: vec![refrigerators(), washing_machines(), air_conditioners(), mixers(), purifiers(), fans(), irons()],
    }
}

fn refrigerators() -> Leaf {
    Leaf {
        slug: "refrigerators",
        name: "Refrigerators",
        handling: HandlingClass::Large,
        large_from: None,
        count: 60,
        rupees: 22_000,
        brands: BRANDS,
        series: "Himalay | Sheetal | Barf | Snowdrop | Taaza",
        words: vec![],
        attributes: vec![
            number("capacity", "Capacity", "litres", "183@650 | 215@760 | 253 | 322@1350 | 415@1900 | 580@3000")
                .graded(),
            text("doors", "Doors", "Single door@850 | Double door | Bottom freezer@1150 | Side by side@1600").graded(),
            yes("frost_free", "Frost free", 700, 1_120).graded(),
            text("compressor", "Compressor", "Standard | Inverter@1080 | Smart inverter@1140").graded(),
            list(
                "features",
                "Features",
                "Water dispenser | Fast ice | Door lock | Deodoriser | Egg tray | Stabiliser free",
                2,
                4,
            ),
            number("height", "Height", "cm", "120 | 145 | 160 | 179").graded().quiet(),
        ],
        axes: vec![axis("Colour", "Steel grey | Ruby red | Ocean blue | Ivory | Black glass@1080", 1, 3)],
        title: "{brand} {series} {model} {capacity} L {=doors} refrigerator",
        opens: vec![
            "A {=doors} refrigerator of {capacity} litres for {frost_free?homes that never want to defrost again|homes that like it simple}.",
            "Vegetables stay crisp for a fortnight in the {capacity} litres of the {series}.",
        ],
        tells: vec![
            "Its {=compressor} compressor starts on an inverter and through most power cuts.",
            "With {=features}.",
            "At {energy_stars} stars it takes about as much electricity as two lamps.",
            "At {height} cm it stands in a niche or under a shelf.",
        ],
        closes: vec!["Two people carry it to its place.", "The old one is taken along on request."],
    }
}

fn washing_machines() -> Leaf {
    Leaf {
        slug: "washing-machines",
        name: "Washing machines",
        handling: HandlingClass::Large,
        large_from: None,
        count: 56,
        rupees: 17_500,
        brands: BRANDS,
        series: "Dhobi | Lahar | Nirmal | Spin | Jharna",
        words: vec![],
        attributes: vec![
            number("load", "Capacity", "kg", "6@800 | 6.5@850 | 7 | 8@1200 | 9@1400 | 11@1750").graded(),
            text("type", "Type", "Semi-automatic, top load@600 | Automatic, top load | Automatic, front load@1500")
                .graded(),
            number("spin_speed", "Spin speed", "rpm", "700 | 1000 | 1200@1070 | 1400@1120").graded(),
            yes("heater", "Built-in heater", 500, 1_120).graded(),
            list("programmes", "Programmes", "Daily | Quick 15 | Wool | Saree | Baby care | Drum clean", 3, 6).graded(),
            yes("hard_water", "Made for hard water", 500, 1_010),
        ],
        axes: vec![axis("Colour", "White | Silver | Graphite@1040", 1, 2)],
        title: "{brand} {series} {model} {load} kg washing machine, {=type}",
        opens: vec![
            "{type}, {load} kg: enough for the week of a family.",
            "The {series} washes {load} kg and spins at {spin_speed} rpm.",
        ],
        tells: vec![
            "Programmes: {=programmes}.",
            "{heater?Its heater deals with oil and turmeric|It washes cold and saves electricity}.",
            "{hard_water?A filter keeps the scale of hard water out of the drum|Soft water gives its best results}.",
        ],
        closes: vec!["Hoses and stand are in the box.", "A technician sets it up the day after delivery."],
    }
}

fn air_conditioners() -> Leaf {
    Leaf {
        slug: "air-conditioners",
        name: "Air conditioners",
        handling: HandlingClass::Large,
        large_from: None,
        count: 48,
        rupees: 33_000,
        brands: BRANDS,
        series: "Pavan | Shishir | Monsoon | Breeze",
        words: vec![],
        attributes: vec![
            number("tonnage", "Capacity", "tons", "0.8@780 | 1@850 | 1.5 | 2@1300").graded(),
            text("type", "Type", "Window@780 | Split | Split inverter@1150 | Portable@950"),
            number("cools_up_to", "Cools at up to", "°C outside", "46 | 50 | 52@1030 | 55@1060").graded().quiet(),
            text("condenser", "Condenser", "Aluminium@920 | Copper"),
            yes("wifi", "Wi-Fi", 400, 1_060).graded(),
            yes("air_filter", "Fine dust filter", 450, 1_040),
        ],
        axes: vec![],
        title: "{brand} {series} {model} {tonnage} ton {=type} air conditioner",
        opens: vec![
            "{tonnage} tons of cooling, {=type}, for Mays that reach {cools_up_to} degrees.",
            "Quiet at night, strong at noon: the {series} by {brand}.",
        ],
        tells: vec![
            "The {=condenser} condenser stands up to the sea air and to dust.",
            "{wifi?Switch it on by phone on the way home|The remote control glows in the dark}.",
            "{air_filter?Its filter keeps fine dust out of the bedroom|Its filter is washed under the tap}.",
        ],
        closes: vec!["Installation is charged by the fitter.", "Gas and three metres of pipe are included."],
    }
}

fn mixers() -> Leaf {
    Leaf {
        slug: "mixer-grinders",
        name: "Mixer grinders",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 56,
        rupees: 2_700,
        brands: "Rasovik | Gharvik | Masaleta | Arohana | Chakkiya",
        series: "Masala | Chutney | Turbo | Annapurna | Zaika",
        words: vec![],
        attributes: vec![
            number("power", "Power", "W", "500@750 | 600@900 | 750 | 900@1250 | 1000@1450").graded(),
            number("jars", "Jars", "", "2@850 | 3 | 4@1150 | 5@1250").graded(),
            text("jar_material", "Jar material", "Stainless steel | Polycarbonate@920 | Steel and glass@1180"),
            number("speeds", "Speeds", "", "2 | 3 | 5@1030").quiet(),
            yes("overload_protection", "Overload protection", 800, 1_010),
            list("uses", "Good for", "Dry spices | Wet grinding | Chutney | Juice | Dough", 2, 4),
        ],
        axes: vec![axis("Colour", "White | Red | Black | Purple", 1, 3)],
        title: "{brand} {series} {model} mixer grinder, {power} W, {jars} jars",
        opens: vec![
            "{power} W and {jars} jars for idli batter, dry masala and everything between.",
            "The {series} grinds turmeric and coconut without getting hot.",
        ],
        tells: vec![
            "Jars of {=jar_material}; good for {=uses}.",
            "{overload_protection?It stops by itself before the motor suffers|Its motor is wound from copper}.",
            "{speeds} speeds and a pulse.",
        ],
        closes: vec!["The blades come off for sharpening.", "Rubber feet hold it where it stands."],
    }
}

fn purifiers() -> Leaf {
    Leaf {
        slug: "water-purifiers",
        name: "Water purifiers",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 10_500,
        brands: "Jalvara | Nirjhar | Gharvik | Aquorin",
        series: "Amrit | Nirmal | Ganga | Clearwell",
        words: vec![],
        attributes: vec![
            list("stages", "Stages", "RO | UV | UF | Carbon | Minerals@1060", 2, 5).graded(),
            number("capacity", "Tank", "litres", "6 | 7 | 8 | 9@1030 | 12@1120").graded(),
            number("hardness_max", "Hardness up to", "ppm", "500@800 | 1500 | 2000@1080 | 2500@1130").graded(),
            yes("hot_water", "Hot water", 150, 1_450),
            text("mounting", "Mounting", "Wall | Table | Under the sink@1150"),
        ],
        axes: vec![axis("Colour", "White | Black | Blue", 1, 2)],
        title: "{brand} {series} {model} water purifier, {capacity} L",
        opens: vec![
            "Water from the tap, tanker or well becomes drinking water in stages: {stages}.",
            "The {series} keeps {capacity} litres ready and cleans water of up to {hardness_max} ppm.",
        ],
        tells: vec![
            "Mounting: {=mounting}.",
            "{hot_water?It gives hot water for tea as well|A lamp tells when the filter is due}.",
        ],
        closes: vec!["The first set of filters is in the box.", "A technician connects it free of charge."],
    }
}

fn fans() -> Leaf {
    Leaf {
        slug: "ceiling-fans",
        name: "Ceiling fans",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 52,
        rupees: 2_300,
        brands: "Pavanika | Arohana | Gharvik | Crestova",
        series: "Hawa | Bayar | Chakri | Silent",
        words: vec![],
        attributes: vec![
            number("sweep", "Sweep", "mm", "600@850 | 900@950 | 1200 | 1400@1120"),
            text("motor", "Motor", "Induction@800 | BLDC@1250").graded(),
            number("power", "Power", "W", "28@1080 | 35@1040 | 52 | 74@950"),
            number("blades", "Blades", "", "3 | 4@1080 | 5@1160"),
            yes("remote", "Remote control", 500, 1_080).graded(),
            yes("lamp", "Light", 150, 1_180),
        ],
        axes: vec![axis("Colour", "White | Brown | Ivory | Smoke grey | Teak@1060", 2, 4)],
        title: "{brand} {series} {model} ceiling fan, {sweep} mm, {motor}",
        opens: vec![
            "{blades} blades of {sweep} mm sweep and a {motor} motor that takes {power} W.",
            "A fan that one forgets: the {series} hums lower than the night.",
        ],
        tells: vec![
            "{remote?The remote control has a sleep timer|Five steps at the wall regulator}.",
            "{lamp?A warm light sits under its hub|Dust wipes off its blades}.",
            "In {=colour}.",
        ],
        closes: vec!["Rod and canopy are in the box.", "It runs on an inverter twice as long as old fans."],
    }
}

fn irons() -> Leaf {
    Leaf {
        slug: "irons",
        name: "Irons",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 36,
        rupees: 1_150,
        brands: "Istrika | Gharvik | Arohana | Velmora",
        series: "Sada | Glide | Dhobi | Press",
        words: vec![],
        attributes: vec![
            text("type", "Type", "Dry@700 | Steam | Garment steamer@1700 | Steam station@3000").graded(),
            number("power", "Power", "W", "750@850 | 1000 | 1250@1080 | 1600@1200 | 2200@1400").graded(),
            text("soleplate", "Soleplate", "Non-stick | Ceramic@1100 | Steel@1050"),
            number("weight_kg", "Weight", "kg", "0.7 | 1.0 | 1.2 | 1.8").quiet(),
            yes("auto_off", "Switches itself off", 350, 1_080).graded(),
        ],
        axes: vec![axis("Colour", "White and blue | Black | Green", 1, 2)],
        title: "{brand} {series} {model} {=type} iron, {power} W",
        opens: vec![
            "A {=type} iron of {power} W with a {=soleplate} soleplate.",
            "Cotton shirts and silk sarees get their crease from the {series} by {brand}.",
        ],
        tells: vec![
            "It weighs {weight_kg} kg.",
            "{auto_off?Left alone it switches itself off|A lamp tells when it is hot}.",
        ],
        closes: vec!["The cord turns full circle.", "It heats up in less than a minute."],
    }
}
