//! Televisions, phones, laptops, tablets, headphones, speakers, power banks and smart watches.

use services::kernel::handling::HandlingClass;

use super::spec::{Attr, Department, Leaf, axis, list, number, text, yes};

const BRANDS: &str = "Dronel | Kavirex | Nuvexa | Orbiqo | Velmora | Ashvarya | Zenvik | Sitharix";

pub fn department() -> Department {
    Department {
        slug: "electronics",
        name: "Electronics",
        attributes: vec![warranty()],
        leaves: vec![
            televisions(),
            phones(),
            laptops(),
            tablets(),
            headphones(),
            speakers(),
            power_banks(),
            smart_watches(),
        ],
    }
}

fn warranty() -> Attr {
    number("warranty_years", "Warranty", "years", "1 | 1 | 2@1015 | 3@1030").graded().quiet()
}

fn televisions() -> Leaf {
    Leaf {
        slug: "televisions",
        name: "Televisions",
        handling: HandlingClass::Standard,
        large_from: Some(("screen_size", 126.0)),
        count: 84,
        rupees: 21_000,
        brands: BRANDS,
        series: "Aura | Vistara | Drishti | Prism | Nimbus | Rangmanch",
        words: vec![],
        attributes: vec![
            number(
                "screen_size",
                "Screen size",
                "cm",
                "80@560 | 102@900 | 108@1000 | 126@1400 | 139@1850 | 164@2900 | 190@4600",
            )
            .graded(),
            text("resolution", "Resolution", "HD Ready@850 | Full HD | 4K Ultra HD@1150 | 4K Ultra HD@1150 | 8K@1900")
                .graded(),
            text("panel", "Panel", "LED | LED | QLED@1250 | Mini LED@1500 | OLED@1950").graded(),
            yes("hdr", "HDR", 600, 1_060).graded(),
            number("refresh_rate", "Refresh rate", "Hz", "50 | 60 | 60 | 100@1080 | 120@1150 | 144@1220").graded(),
            list("ports", "Ports", "HDMI | USB | Ethernet | Optical audio | Headphone jack", 2, 5).graded(),
            number("sound_output", "Sound output", "W", "16 | 20 | 24@1010 | 30@1020 | 40@1040 | 60@1080")
                .graded()
                .quiet(),
            text("operating_system", "Operating system", "Ghar OS | Manch OS | Parda OS"),
            number("energy_stars", "Energy rating", "stars", "1 | 2 | 3 | 4@1020 | 5@1040").graded(),
        ],
        axes: vec![],
        title: "{brand} {series} {model} {screen_size} cm {resolution} {panel} TV",
        opens: vec![
            "The {series} is a {screen_size} cm television with a {resolution} {panel} panel{hdr? and HDR|}.",
            "Cricket on a Sunday, films at night: {screen_size} cm of {resolution} picture from {brand}.",
            "A {panel} television that fits the wall of a {screen_size} cm home cinema and the budget of a family.",
        ],
        tells: vec![
            "At {refresh_rate} Hz a fast ball stays sharp, and {sound_output} W of sound fill the room.",
            "It connects by {=ports} and runs {operating_system}.",
            "{hdr?HDR keeps detail in bright skies and dark alleys alike|Its picture is tuned for rooms with daylight}.",
            "Its energy rating of {energy_stars} keeps the electricity bill in check.",
        ],
        closes: vec!["Wall mount and remote control are in the box.", "Installation at home is free in most cities."],
    }
}

fn phones() -> Leaf {
    Leaf {
        slug: "mobile-phones",
        name: "Mobile phones",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 84,
        rupees: 15_500,
        brands: BRANDS,
        series: "Tara | Dhruv | Lahar | Chandra | Swift | Neel",
        words: vec![],
        attributes: vec![
            number("display_size", "Screen size", "inches", "6.1 | 6.4 | 6.5 | 6.7@1050 | 6.8@1120").graded(),
            text("display", "Display", "LCD | LCD | AMOLED@1180 | LTPO AMOLED@1450").graded(),
            number("memory", "Memory", "GB", "4@800 | 6 | 8@1150 | 12@1500 | 16@1900").graded(),
            number("main_camera", "Main camera", "megapixels", "13@850 | 48 | 50@1080 | 64@1120 | 108@1300 | 200@1600")
                .graded(),
            number("battery", "Battery", "mAh", "4000 | 4500 | 5000 | 5500@1030 | 6000@1050"),
            yes("five_g", "5G", 700, 1_150).graded(),
            text("water_protection", "Water protection", "None | IP53 | IP54@1010 | IP67@1080 | IP68@1120").graded(),
            yes("fast_charging", "Fast charging", 700, 1_020),
        ],
        axes: vec![
            axis("Storage", "64 GB@930 | 128 GB | 256 GB@1160 | 512 GB@1400", 1, 2),
            axis("Colour", "Midnight black | Pearl white | Lake blue | Mint | Saffron | Lavender", 2, 3),
        ],
        title: "{brand} {series} {model} {five_g?5G|4G} phone, {memory} GB RAM, {main_camera} MP",
        opens: vec![
            "The {series} {model} pairs a {display_size} inch {display} screen with {memory} GB of memory.",
            "A {five_g?5G|4G} phone with a {main_camera} megapixel camera and a {battery} mAh battery.",
            "Made for long days: {battery} mAh, {memory} GB of memory and a screen that stays readable in the sun.",
        ],
        tells: vec![
            "Choose {storage} of storage, in {=colour}.",
            "The {main_camera} megapixel camera steadies itself by hand and at night.",
            "{fast_charging?Half an hour at the plug gives most of a day|It charges overnight and lasts until the next}.",
            "Two SIM trays take any network in India.",
        ],
        closes: vec!["Charger and case are in the box.", "Three years of security updates are promised."],
    }
}

fn laptops() -> Leaf {
    Leaf {
        slug: "laptops",
        name: "Laptops",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 72,
        rupees: 43_000,
        brands: BRANDS,
        series: "Lekh | Vidya | Karya | Featherbook | Workmate",
        words: vec![],
        attributes: vec![
            number("display_size", "Screen size", "inches", "11.6@800 | 13.3 | 14 | 15.6 | 16@1150 | 17.3@1200"),
            text(
                "processor",
                "Processor",
                "Dual core@650 | Quad core@850 | Six core | Eight core@1300 | Twelve core@1750",
            )
            .graded(),
            number("memory", "Memory", "GB", "4@750 | 8 | 16@1200 | 32@1550 | 64@2100").graded(),
            text(
                "graphics",
                "Graphics",
                "Integrated | Integrated | Integrated | Dedicated 4 GB@1250 | Dedicated 8 GB@1600",
            )
            .graded(),
            yes("touch_screen", "Touch screen", 250, 1_100),
            yes("backlit_keyboard", "Backlit keyboard", 600, 1_020).graded(),
            number("weight_kg", "Weight", "kg", "1.1@1080 | 1.3@1040 | 1.5 | 1.7 | 2.1 | 2.4"),
            number("battery_hours", "Battery life", "hours", "6 | 8 | 10@1030 | 12@1060 | 16@1100").graded().quiet(),
            text("operating_system", "Operating system", "Linux@940 | Parda OS | None@900"),
        ],
        axes: vec![axis("Storage", "256 GB SSD@930 | 512 GB SSD | 1 TB SSD@1130 | 2 TB SSD@1320", 1, 3)],
        title: "{brand} {series} {model} {display_size} inch laptop, {processor}, {memory} GB",
        opens: vec![
            "A {display_size} inch laptop with a {=processor} processor and {memory} GB of memory.",
            "The {series} weighs {weight_kg} kg and works for {battery_hours} hours away from the plug.",
            "For lectures, spreadsheets and the odd game: the {series} by {brand}.",
        ],
        tells: vec![
            "Graphics: {=graphics}; storage: {storage}.",
            "{touch_screen?The screen takes touch and pen|The matt screen keeps lamps and windows out}.",
            "{backlit_keyboard?Keys light up in the dark|The full keyboard has a number block}.",
            "Operating system: {operating_system}.",
        ],
        closes: vec!["A sleeve is in the box.", "Memory and storage can be upgraded at home with one screwdriver."],
    }
}

fn tablets() -> Leaf {
    Leaf {
        slug: "tablets",
        name: "Tablets",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 48,
        rupees: 17_000,
        brands: BRANDS,
        series: "Patra | Slate | Chitra | Paathshala",
        words: vec![],
        attributes: vec![
            number("display_size", "Screen size", "inches", "8@800 | 8.7@850 | 10.1 | 10.9@1200 | 12.4@1600").graded(),
            number("memory", "Memory", "GB", "3@850 | 4 | 6@1150 | 8@1350").graded(),
            number("battery", "Battery", "mAh", "5100 | 7000 | 8000 | 10000@1050").graded(),
            yes("sim_slot", "SIM slot", 450, 1_180),
            yes("pen_included", "Pen included", 250, 1_150).graded(),
            text("use", "Made for", "Reading | Study | Drawing@1150 | Films"),
        ],
        axes: vec![
            axis("Storage", "64 GB | 128 GB@1120 | 256 GB@1300", 1, 2),
            axis("Colour", "Slate grey | Silver | Rose | Sea green", 1, 2),
        ],
        title: "{brand} {series} {model} {display_size} inch tablet, {memory} GB{sim_slot?, with SIM|}",
        opens: vec![
            "A {display_size} inch tablet made for {=use}, with {memory} GB of memory.",
            "The {series} shows pages at their size and runs for a day on {battery} mAh.",
        ],
        tells: vec![
            "{sim_slot?A SIM slot keeps it online on the train|It goes online by Wi-Fi, at home or in the cafe}.",
            "{pen_included?The pen clips to its side|A pen can be had separately}.",
            "Choose {storage}, in {=colour}.",
        ],
        closes: vec!["Children's mode limits time and apps.", "The back is metal and stays cool."],
    }
}

fn headphones() -> Leaf {
    Leaf {
        slug: "headphones",
        name: "Headphones",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 80,
        rupees: 1_700,
        brands: "Boomrik | Dhunex | Kavirex | Swaralay | Nuvexa | Raagvik | Orbiqo | Tanpuro",
        series: "Dhun | Bass | Sargam | Echo | Taal | Goonj",
        words: vec![],
        attributes: vec![
            text("style", "Style", "In ear@750 | Neckband@800 | True wireless | On ear@1150 | Over ear@1500"),
            text("connection", "Connection", "Cable@600 | Bluetooth 5.0 | Bluetooth 5.2@1080 | Bluetooth 5.3@1150")
                .graded(),
            yes("noise_cancelling", "Noise cancelling", 400, 1_550).graded(),
            number("battery_hours", "Battery life", "hours", "12 | 20 | 30@1050 | 40@1100 | 60@1180").graded(),
            number("driver", "Driver", "mm", "9 | 10 | 12 | 40@1100 | 50@1150").quiet(),
            yes("microphone", "Microphone", 900, 1_030),
            text("sweat_protection", "Sweat protection", "None | IPX4 | IPX5@1020 | IPX7@1060").graded(),
        ],
        axes: vec![axis("Colour", "Black | White | Navy | Maroon | Olive | Sand", 2, 4)],
        title: "{brand} {series} {model} {=style} headphones, {=connection}{noise_cancelling?, noise cancelling|}",
        opens: vec![
            "{style} headphones with {driver} mm drivers and {battery_hours} hours of play.",
            "From bhajan to bass: the {series} by {brand} keeps voices clear and drums tight.",
        ],
        tells: vec![
            "{noise_cancelling?Noise cancelling takes the bus and the fan out of the music|Soft tips keep the street outside}.",
            "{microphone?Calls come through a microphone that listens to you alone|Made for listening only, without a microphone}.",
            "Sweat protection: {sweat_protection}.",
            "They connect by {=connection} and come in {=colour}.",
        ],
        closes: vec!["Spare tips and a pouch are in the box.", "A ten minute charge plays for two hours."],
    }
}

fn speakers() -> Leaf {
    Leaf {
        slug: "speakers",
        name: "Speakers",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 52,
        rupees: 3_400,
        brands: "Boomrik | Dhunex | Swaralay | Raagvik | Tanpuro",
        series: "Mandap | Baithak | Party | Nagada | Mehfil",
        words: vec![],
        attributes: vec![
            text("style", "Style", "Portable@600 | Bookshelf | Sound bar@1700 | Party tower@2600 | Smart@1100"),
            number("power", "Power", "W", "10@600 | 20@800 | 40 | 80@1300 | 120@1600 | 300@2100").graded(),
            list("connections", "Connections", "Bluetooth | USB | Line in | HDMI | Memory card", 1, 4),
            number("battery_hours", "Battery life", "hours", "0 | 6@1030 | 12@1060 | 24@1100"),
            yes("waterproof", "Waterproof", 350, 1_080),
            yes("lights", "Lights", 300, 1_030),
        ],
        axes: vec![axis("Colour", "Black | Walnut | Teal | Brick red", 1, 3)],
        title: "{brand} {series} {model} {=style} speaker, {power} W",
        opens: vec![
            "{power} W of sound in a {=style} speaker by {brand}.",
            "The {series} fills a hall at a wedding and a balcony at dawn alike.",
        ],
        tells: vec![
            "It takes music by {=connections}.",
            "{waterproof?Rain and pool water do it no harm|It is made for indoors}.",
            "{lights?Its lights dance along, and can be switched off|Its cloth front is sober and washable}.",
        ],
        closes: vec!["Two of them make a stereo pair.", "The cable is a metre and a half long."],
    }
}

fn power_banks() -> Leaf {
    Leaf {
        slug: "power-banks",
        name: "Power banks",
        handling: HandlingClass::Hazardous,
        large_from: None,
        count: 52,
        rupees: 1_250,
        brands: "Urjavik | Dronel | Kavirex | Nuvexa | Voltari | Orbiqo",
        series: "Shakti | Reserve | Pocket | Yatra | Volt",
        words: vec![],
        attributes: vec![
            number("battery", "Capacity", "mAh", "5000@600 | 10000 | 15000@1250 | 20000@1500 | 27000@2100").graded(),
            number("output", "Output", "W", "10@850 | 12 | 18@1100 | 22.5@1200 | 45@1600 | 65@2000").graded(),
            list("ports", "Ports", "USB-A | USB-C | Micro USB | Magnetic", 1, 3),
            yes("wireless_charging", "Wireless charging", 200, 1_350),
            text("cell", "Cell", "Lithium ion | Lithium polymer@1050"),
            yes("airline_safe", "Allowed in the cabin", 850, 1_000),
        ],
        axes: vec![axis("Colour", "Black | White | Blue | Green", 1, 3)],
        title: "{brand} {series} {model} power bank, {battery} mAh, {output} W",
        opens: vec![
            "{battery} mAh in the pocket, given out at up to {output} W.",
            "For journeys without a socket: the {series} by {brand} charges a phone again and again.",
        ],
        tells: vec![
            "Ports: {ports}.",
            "{wireless_charging?Put a phone on it and it charges without a cable|A short cable is part of it}.",
            "Its {=cell} cells are guarded against heat, short circuits and overcharging.",
        ],
        closes: vec!["It travels by road, not by air, so allow a day more.", "Four lamps tell what is left."],
    }
}

fn smart_watches() -> Leaf {
    Leaf {
        slug: "smart-watches",
        name: "Smart watches",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 56,
        rupees: 3_200,
        brands: "Dronel | Kavirex | Fitvaan | Nuvexa | Orbiqo | Zenvik",
        series: "Gati | Pulse | Kaal | Orbit | Chakra",
        words: vec![],
        attributes: vec![
            number("display_size", "Display size", "inches", "1.4@900 | 1.7 | 1.85@1050 | 2.0@1150").graded(),
            text("display", "Display", "TFT | TFT | AMOLED@1400").graded(),
            yes("calls", "Calls on the wrist", 650, 1_120),
            yes("gps", "GPS", 300, 1_450).graded(),
            number("battery_days", "Battery life", "days", "5 | 7 | 10@1040 | 14@1090"),
            list("measures", "Measures", "Heart rate | Blood oxygen | Sleep | Steps | Stress", 2, 5).graded(),
            text("water_protection", "Water protection", "IP67 | IP68 | 5 ATM@1150").graded(),
        ],
        axes: vec![axis("Strap", "Black silicone | Blue silicone | Brown leather@1120 | Steel mesh@1180", 2, 3)],
        title: "{brand} {series} {model} smart watch, {display_size} inch {display}",
        opens: vec![
            "A {display_size} inch {display} display on the wrist, and {battery_days} days between charges.",
            "The {series} counts what matters: {=measures}.",
        ],
        tells: vec![
            "{calls?It takes calls by its own microphone and speaker|It shows who calls and lets the phone ring}.",
            "{gps?GPS draws the morning run on a map|It borrows the phone's GPS for runs}.",
            "Water protection: {water_protection}; straps: {=strap}.",
        ],
        closes: vec!["It speaks Hindi and English.", "More than a hundred faces can be put on it."],
    }
}
