//! Shirts, T-shirts, jeans, sarees, kurtas, shoes, watches and backpacks.

use services::kernel::handling::HandlingClass;

use super::spec::{Attr, Department, Leaf, axis, list, number, text, yes};

const SIZES: &str = "S | M | L | XL | XXL@1040";
const COLOURS: &str = "White | Sky blue | Navy | Black | Olive | Maroon | Mustard | Grey | Peach";

pub fn department() -> Department {
    Department {
        slug: "fashion",
        name: "Fashion",
        attributes: vec![text("made_in", "Made in", "Tiruppur | Surat | Ludhiana | Jaipur | Agra | Kolkata").quiet()],
        leaves: vec![shirts(), t_shirts(), jeans(), sarees(), kurtas(), shoes(), watches(), backpacks()],
    }
}

fn care() -> Attr {
    list("care", "Care", "Machine wash | Hand wash | Dry clean | Warm iron", 1, 2).quiet()
}

fn shirts() -> Leaf {
    Leaf {
        slug: "shirts",
        name: "Shirts",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 84,
        rupees: 1_250,
        brands: "Dhaagaa | Karghaya | Sutrika | Marlowen | Bunaai | Rangrez Row",
        series: "Madras | Weekend | Board Room | Coastline | Heritage | Monsoon",
        words: vec![],
        attributes: vec![
            text("collar", "Collar", "Classic | Button-down | Mandarin@1030 | Cutaway@1050 | Cuban"),
            text("fabric", "Fabric", "Poly cotton@800 | Cotton | Oxford cotton@1100 | Khadi@1200 | Linen@1600")
                .graded(),
            text("fit", "Fit", "Regular | Slim | Relaxed"),
            text("pattern", "Pattern", "plain | checked | striped | printed@1050 | block-printed@1150"),
            text("sleeves", "Sleeves", "full sleeves | half sleeves@950"),
            text("for", "For", "Men | Men | Women"),
            yes("wrinkle_free", "Wrinkle free", 250, 1_080),
            care(),
        ],
        axes: vec![axis("Size", SIZES, 4, 5), axis("Colour", COLOURS, 1, 3)],
        title: "{brand} {series} {pattern} {=fabric} shirt, {=collar} collar, {=fit} fit",
        opens: vec![
            "A {pattern} {=fabric} shirt with a {=collar} collar and {sleeves}.",
            "The {series} shirt by {brand} goes from the morning train to an evening out.",
        ],
        tells: vec![
            "{fit} fit, in {size}.",
            "{wrinkle_free?It comes off the line ready to wear|It softens with every wash}.",
            "Colours: {=colour}.",
            "{fabric} breathes when the weather does not.",
        ],
        closes: vec!["Spare buttons are sewn inside.", "Care: {=care}."],
    }
}

fn t_shirts() -> Leaf {
    Leaf {
        slug: "t-shirts",
        name: "T-shirts",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 68,
        rupees: 520,
        brands: "Dhaagaa | Bunaai | Chillam Street | Marlowen | Sutrika",
        series: "Everyday | Gully | Campus | Sunday | Trail",
        words: vec![],
        attributes: vec![
            text("neck", "Neck", "round neck | V-neck | polo@1250 | henley@1200"),
            text("fabric", "Fabric", "Poly cotton@850 | Cotton | Organic cotton@1250 | Bamboo@1400").graded(),
            number("fabric_weight", "Fabric weight", "gsm", "160@900 | 180 | 220@1150 | 240@1250").graded(),
            text("fit", "Fit", "Regular | Slim | Oversized"),
            text("print", "Print", "plain | graphic@1100 | striped | tie-dyed@1150"),
            text("for", "For", "Men | Women | Everyone"),
            care(),
        ],
        axes: vec![axis("Size", SIZES, 4, 5), axis("Colour", COLOURS, 1, 3)],
        title: "{brand} {series} {print} {neck} T-shirt, {=fabric}, {fabric_weight} gsm",
        opens: vec![
            "A {print} T-shirt with a {neck}, of {fabric_weight} gsm {=fabric}.",
            "The {series} by {brand}: soft from the first day, in shape after the hundredth wash.",
        ],
        tells: vec!["{fit} fit, in {size}.", "In {=colour}.", "Side seams stay straight, colours stay deep."],
        closes: vec!["Care: {=care}.", "No label scratches the neck."],
    }
}

fn jeans() -> Leaf {
    Leaf {
        slug: "jeans",
        name: "Jeans",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 64,
        rupees: 1_600,
        brands: "Neelkanthi Denim | Dhaagaa | Marlowen | Chillam Street | Indigoya",
        series: "Yard | Route | Foundry | Platform",
        words: vec![],
        attributes: vec![
            text("fit", "Fit", "skinny | slim | straight | tapered@1030 | bootcut@1050 | baggy@1060"),
            text("rise", "Rise", "low rise | mid rise | high rise"),
            text("wash", "Wash", "dark wash | mid wash | light wash | raw@1150 | acid wash@1050"),
            number("stretch", "Stretch", "%", "0@1080 | 1 | 2 | 4"),
            number("denim_weight", "Denim weight", "oz", "9@900 | 11 | 12 | 14@1180").graded().quiet(),
            text("for", "For", "Men | Women"),
            care(),
        ],
        axes: vec![axis("Waist", "28 | 30 | 32 | 34 | 36 | 38@1030", 4, 6), axis("Inseam", "30 | 32 | 34", 1, 2)],
        title: "{brand} {series} {fit} jeans, {rise}, {wash}, for {=for}",
        opens: vec![
            "{fit} jeans with a {rise}, in a {wash}.",
            "{denim_weight} oz denim with {stretch} % stretch, cut {fit}.",
        ],
        tells: vec![
            "Waists {waist}, inseams {inseam}.",
            "Five pockets, copper rivets, a zip that lasts.",
            "Dyed with a third of the usual water.",
        ],
        closes: vec!["Care: {=care}.", "Wash them inside out."],
    }
}

fn sarees() -> Leaf {
    Leaf {
        slug: "sarees",
        name: "Sarees",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 76,
        rupees: 2_900,
        brands: "Karghaya | Resham Gali | Rangrez Row | Tanabaana | Sutrika",
        series: "Meenakshi | Gulmohar | Kumudini | Chandrika | Padmini | Vasant | Utsav",
        words: vec![],
        attributes: vec![
            text(
                "fabric",
                "Fabric",
                "Georgette@550 | Cotton@700 | Chiffon@800 | Linen@1100 | Tussar silk@2000 | Silk@3200",
            )
            .graded(),
            text("weave", "Weave", "printed@800 | handloom@1250 | jacquard | ikat@1300 | brocade@1500").graded(),
            text("border", "Border", "plain | temple | zari@1200 | embroidered@1250 | contrast"),
            text("occasion", "Occasion", "Everyday | Office | Festive@1100 | Wedding@1350").graded(),
            yes("blouse_piece", "Blouse piece", 800, 1_040),
            number("saree_length", "Length", "m", "5.5 | 6.0 | 6.3").quiet(),
            care(),
        ],
        axes: vec![axis(
            "Colour",
            "Crimson | Peacock blue | Leaf green | Turmeric | Ivory | Wine | Rani pink | Black",
            1,
            4,
        )],
        title: "{brand} {series} {weave} {=fabric} saree with {border} border",
        opens: vec![
            "A {weave} {=fabric} saree with a {border} border, {saree_length} m long.",
            "The {series} is made for {=occasion} wear and drapes without a fight.",
        ],
        tells: vec![
            "{blouse_piece?An unstitched blouse piece comes with it|Wear it with a blouse of your own}.",
            "In {=colour}.",
            "Each piece passes two pairs of eyes before it is folded.",
        ],
        closes: vec!["Care: {=care}.", "Colours may differ a shade from the picture."],
    }
}

fn kurtas() -> Leaf {
    Leaf {
        slug: "kurtas",
        name: "Kurtas",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 64,
        rupees: 1_150,
        brands: "Karghaya | Bunaai | Rangrez Row | Tanabaana | Dhaagaa",
        series: "Naya Gali | Basant | Mehfil | Noor | Sadgi",
        words: vec![],
        attributes: vec![
            text("fabric", "Fabric", "Rayon@850 | Cotton | Khadi@1200 | Chanderi@1500 | Raw silk@1900").graded(),
            text(
                "work",
                "Work",
                "plain | block print@1100 | chikan embroidery@1400 | mirror work@1350 | foil print@1080",
            ),
            text("kurta_length", "Length", "short | knee length | calf length@1080"),
            text("neck", "Neck", "Mandarin | Round | V-neck | Boat"),
            text("for", "For", "Men | Women | Women"),
            yes("set", "With trousers", 350, 1_450),
            care(),
        ],
        axes: vec![axis("Size", SIZES, 4, 5), axis("Colour", "Ivory | Indigo | Rust | Sage | Mustard | Wine", 1, 3)],
        title: "{brand} {series} {=fabric} kurta, {work}, {kurta_length}, for {=for}{set? (set)|}",
        opens: vec![
            "A {kurta_length} kurta of {=fabric} with {work}.",
            "The {series} by {brand} is for puja in the morning and dinner at night.",
        ],
        tells: vec![
            "{set?Trousers come with it|It goes with leggings, churidar or jeans}.",
            "{neck} neck, in {size}.",
            "In {=colour}.",
        ],
        closes: vec!["Care: {=care}.", "Slits at both sides let it move."],
    }
}

fn shoes() -> Leaf {
    Leaf {
        slug: "shoes",
        name: "Shoes",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 76,
        rupees: 2_000,
        brands: "Paduka Works | Chaalak | Trekora | Marlowen | Gaitry | Mojarin",
        series: "Raasta | Sprint | Nukkad | Ridge | Daftar",
        words: vec![],
        attributes: vec![
            text(
                "type",
                "Type",
                "running shoes | sneakers | formal shoes@1250 | sandals@650 | hiking boots@1600 | loafers@1050",
            ),
            text("upper", "Upper", "Mesh | Canvas@850 | Synthetic@900 | Suede@1300 | Leather@1450").graded(),
            text("sole", "Sole", "PVC@850 | EVA | Rubber@1080 | Leather@1400").graded(),
            text("closure", "Closure", "Laces | Slip-on | Strap"),
            text("for", "For", "Men | Women | Everyone"),
            number("weight", "Weight of one", "g", "210@1080 | 260 | 310 | 420").quiet(),
            yes("water_resistant", "Water resistant", 250, 1_120),
        ],
        axes: vec![
            axis("Size", "UK 5 | UK 6 | UK 7 | UK 8 | UK 9 | UK 10 | UK 11", 5, 7),
            axis("Colour", "Black | White | Tan | Navy | Grey", 1, 2),
        ],
        title: "{brand} {series} {model} {=upper} {type} for {=for}",
        opens: vec![
            "{type} with a {=upper} upper and a {=sole} sole; one weighs {weight} g.",
            "Made for Indian streets and feet: the {series} by {brand}.",
        ],
        tells: vec![
            "{water_resistant?Puddles stay outside|Air goes in and out}.",
            "Closure: {=closure}. Sizes: {size}.",
            "The insole comes out and can be washed.",
        ],
        closes: vec!["Take the size you usually take.", "Made in {made_in}."],
    }
}

fn watches() -> Leaf {
    Leaf {
        slug: "watches",
        name: "Watches",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 60,
        rupees: 3_300,
        brands: "Ghadiya | Kaalchakra | Samayik | Tempora Nine | Velmora",
        series: "Marine | Durbar | Metro | Aviator | Classic",
        words: vec![],
        attributes: vec![
            text("movement", "Movement", "Quartz@800 | Solar quartz@1300 | Automatic@2600").graded(),
            number("case", "Case", "mm", "32 | 36 | 40 | 42@1030 | 44@1050"),
            text("glass", "Glass", "Mineral | Hardened mineral@1100 | Sapphire@1450").graded(),
            text("display", "Display", "Analogue | Digital@800 | Both@1100"),
            number("water_resistance", "Water resistance", "m", "30 | 50@1050 | 100@1150 | 200@1300").graded(),
            yes("date", "Date", 600, 1_030),
            text("for", "For", "Men | Women | Everyone"),
        ],
        axes: vec![axis("Strap", "Brown leather | Black leather | Steel@1150 | Rubber@950", 2, 3)],
        title: "{brand} {series} {model} {=movement} watch, {case} mm, for {=for}",
        opens: vec![
            "A {=movement} watch in a {case} mm case under {=glass} glass.",
            "The {series} by {brand} tells the time and little else, beautifully.",
        ],
        tells: vec![
            "Water resistant to {water_resistance} m{date?, with the date at three|}.",
            "{display} display; straps: {=strap}.",
        ],
        closes: vec!["Made in {made_in}.", "It comes in a tin box."],
    }
}

fn backpacks() -> Leaf {
    Leaf {
        slug: "backpacks",
        name: "Backpacks",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 48,
        rupees: 1_350,
        brands: "Jholaari | Trekora | Yatrika | Gaitry | Chaalak",
        series: "Pahad | Metro | Campus | Safar",
        words: vec![],
        attributes: vec![
            number("capacity", "Volume", "litres", "15@750 | 22@900 | 28 | 35@1200 | 50@1700 | 65@2300").graded(),
            text("use", "Use", "office | college | day hikes@1080 | treks@1250"),
            text("material", "Material", "Polyester | Nylon@1150 | Canvas@1250 | Waxed canvas@1700").graded(),
            yes("laptop_sleeve", "Laptop sleeve", 700, 1_050),
            yes("rain_cover", "Rain cover", 450, 1_070),
            number("pockets", "Pockets", "", "3 | 4 | 6@1040 | 8@1070").quiet(),
        ],
        axes: vec![axis("Colour", "Black | Navy | Forest | Rust | Grey", 2, 4)],
        title: "{brand} {series} {model} {=material} backpack, {capacity} L",
        opens: vec![
            "{capacity} litres for {use}, of {=material}.",
            "The {series} by {brand} has {pockets} pockets and straps that do not bite.",
        ],
        tells: vec![
            "{laptop_sleeve?A padded sleeve takes a 15.6 inch laptop|One large compartment swallows what is thrown in}.",
            "{rain_cover?The rain cover lives in a pocket of its own|The base is coated against wet floors}.",
            "In {=colour}.",
        ],
        closes: vec!["Made in {made_in}.", "Zips are covered and run smoothly."],
    }
}
