//! Cricket bats, badminton rackets, cycles, yoga mats and dumb-bells.

use services::kernel::handling::HandlingClass;

use super::spec::{Department, Leaf, axis, list, number, text, yes};

pub fn department() -> Department {
    Department {
        slug: "sports",
        name: "Sports",
        attributes: vec![text("level", "Level", "Beginner | Club | Professional@1080").graded()],
        leaves: vec![cricket_bats(), rackets(), cycles(), yoga_mats(), dumbbells()],
    }
}

fn cricket_bats() -> Leaf {
    Leaf {
        slug: "cricket-bats",
        name: "Cricket bats",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 56,
        rupees: 2_600,
        brands: "Maidaan | Chaukka | Sixer Lane | Willowaan | Gully Eleven",
        series: "Captain | Cover Drive | Helicopter | Opener | Monsoon Cup",
        words: vec![],
        attributes: vec![
            text("willow", "Willow", "Poplar@450 | Kashmir willow | Kashmir willow, select@1350 | English willow@2900")
                .graded(),
            text("grade", "Grade", "Grade 4@850 | Grade 3 | Grade 2@1200 | Grade 1@1600").graded(),
            number("weight", "Weight", "g", "1050 | 1130 | 1180 | 1220"),
            number("grains", "Grains", "", "5 | 7 | 9@1080 | 11@1150").graded().quiet(),
            text("ball", "Ball", "Tennis@850 | Leather"),
            yes("knocked_in", "Knocked in", 300, 1_080),
        ],
        axes: vec![axis("Size", "5@850 | 6@900 | Harrow@950 | Short handle | Long handle@1030", 2, 4)],
        title: "{brand} {series} {model} cricket bat, {willow}, {grade}",
        opens: vec![
            "A {willow} bat, {grade}, of about {weight} g.",
            "The {series} by {brand} has its middle where the ball comes.",
        ],
        tells: vec![
            "{knocked_in?It is knocked in and ready for the nets|Knock it in for six hours before the first match}.",
            "{grains} grains; made for the {=ball} ball. Sizes: {=size}.",
            "The cane handle has three springs.",
        ],
        closes: vec!["A cover is in the box.", "Oil it twice a season."],
    }
}

fn rackets() -> Leaf {
    Leaf {
        slug: "badminton-rackets",
        name: "Badminton rackets",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 1_700,
        brands: "Shuttlika | Maidaan | Featherstep | Smashvik",
        series: "Pawan | Strike | Feather | Net",
        words: vec![],
        attributes: vec![
            text("frame_material", "Frame", "Steel@450 | Aluminium@600 | Graphite | Carbon@1700").graded(),
            number("weight", "Weight", "g", "78@1150 | 83 | 88 | 95@900"),
            number("tension", "Tension up to", "lbs", "22 | 26@1060 | 30@1150").graded(),
            text("balance", "Balance", "head-heavy | even | head-light"),
            yes("strung", "Strung", 800, 1_060),
        ],
        axes: vec![axis("Colour", "Black and red | Blue | Lime | White", 1, 3)],
        title: "{brand} {series} {model} badminton racket, {=frame_material}, {weight} g",
        opens: vec![
            "A {=frame_material} racket of {weight} g, {balance}.",
            "The {series} by {brand} turns a flick into a smash.",
        ],
        tells: vec!["{strung?It comes strung|Have it strung to your liking}, up to {tension} lbs.", "In {=colour}."],
        closes: vec!["A full cover is in the box.", "Do not leave it in the sun."],
    }
}

fn cycles() -> Leaf {
    Leaf {
        slug: "cycles",
        name: "Cycles",
        handling: HandlingClass::Large,
        large_from: None,
        count: 48,
        rupees: 10_500,
        brands: "Pahiya | Trekora | Saddleback Lane | Gatiman",
        series: "Ghat | Gully | Ridge | Courier | Sprint",
        words: vec![],
        attributes: vec![
            text("type", "Type", "city cycle@800 | mountain bike | hybrid@1200 | road bike@2100 | electric cycle@3200")
                .graded(),
            number("wheels", "Wheels", "inches", "20@800 | 24@900 | 26 | 27.5@1080 | 29@1150").graded(),
            number("gears", "Gears", "", "1@850 | 7 | 18@1150 | 21@1200 | 24@1350").graded(),
            text("frame_material", "Frame material", "Steel | Aluminium@1350 | Carbon@3000").graded(),
            text("brakes", "Brakes", "Rim@900 | Disc | Hydraulic disc@1250").graded(),
            yes("suspension", "Suspension", 450, 1_080),
        ],
        axes: vec![axis("Frame", "S | M | L", 2, 3), axis("Colour", "Black | Red | Teal | Yellow", 1, 2)],
        title: "{brand} {series} {model} {type}, {wheels} inch, {gears} gears",
        opens: vec![
            "A {type} with {wheels} inch wheels and {gears} gears on a frame of {=frame_material}.",
            "To work, to school, to the hills: the {series} by {brand}.",
        ],
        tells: vec![
            "{=brakes} brakes stop it in the wet as well.",
            "{suspension?The fork swallows potholes|The fork is rigid and light}.",
            "Sizes {frame}, in {=colour}.",
        ],
        closes: vec!["It comes nine tenths assembled; tools are in the box.", "A bell is on it, as the law asks."],
    }
}

fn yoga_mats() -> Leaf {
    Leaf {
        slug: "yoga-mats",
        name: "Yoga mats",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 40,
        rupees: 720,
        brands: "Aasanika | Shvaas | Maati Made | Fitvaan",
        series: "Surya | Calm | Ganga | Flow",
        words: vec![],
        attributes: vec![
            text("material", "Material", "EVA@700 | TPE | Natural rubber@1900 | Cotton@1300 | Cork@2200").graded(),
            number("mat_thickness", "Thickness", "mm", "4@900 | 6 | 8@1120 | 10@1250"),
            number("length", "Length", "cm", "173 | 183@1040 | 200@1120"),
            yes("carrying_strap", "Carrying strap", 650, 1_050),
            yes("lines", "Alignment lines", 300, 1_030),
        ],
        axes: vec![axis("Colour", "Violet | Teal | Charcoal | Saffron | Blush", 2, 4)],
        title: "{brand} {series} {=material} yoga mat, {mat_thickness} mm, {length} cm{lines?, with lines|}",
        opens: vec![
            "A mat of {=material}, {mat_thickness} mm thick and {length} cm long.",
            "The {series} by {brand} grips the floor and spares the knees.",
        ],
        tells: vec![
            "{carrying_strap?A strap carries it to the park|It rolls up tight}.",
            "{lines?Lines show where hands and feet go|Its plain face asks for nothing}.",
            "In {=colour}.",
        ],
        closes: vec!["Wipe it with water and a drop of vinegar.", "Air it before first use."],
    }
}

fn dumbbells() -> Leaf {
    Leaf {
        slug: "dumb-bells",
        name: "Dumb-bells",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 36,
        rupees: 900,
        brands: "Akhada | Fitvaan | Loharika | Gatiman",
        series: "Pehelwan | Home | Solid | Hex",
        words: vec![],
        attributes: vec![
            text("material", "Material", "PVC@750 | Rubber | Cast iron@1100 | Steel@1450").graded(),
            text("shape", "Shape", "hexagonal | round | adjustable@1700"),
            text("grip", "Grip", "plain | knurled@1060 | padded@1040"),
            yes("pair", "Sold as a pair", 700, 1_800),
            list("trains", "Trains", "Arms | Shoulders | Chest | Legs | Back", 2, 4).quiet(),
        ],
        axes: vec![axis("Weight each", "2 kg@600 | 3 kg@750 | 5 kg | 7.5 kg@1400 | 10 kg@1800", 3, 5)],
        title: "{brand} {series} {model} {shape} dumb-bell{pair?s, pair|}, {=material}, {grip} grip",
        opens: vec![
            "{shape} dumb-bells of {=material} with a {grip} grip.",
            "Twenty minutes a day with the {series} by {brand} do more than a year of plans.",
        ],
        tells: vec!["Weights: {weight_each}.", "They train {=trains}.", "{pair?Two are in the box|One is in the box}."],
        closes: vec!["They do not roll away.", "Put a mat under them."],
    }
}
