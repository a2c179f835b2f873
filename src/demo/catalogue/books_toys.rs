//! Novels, children's books, cook books, building sets, board games and soft toys. Titles and authors are invented.

use services::kernel::handling::HandlingClass;

use super::spec::{Department, Leaf, axis, list, number, text, yes};

const AUTHORS: &str = "Ira Velankar | Devdutt Mohanti | Sana Qureshi-Rao | Bhaskar Lyngdoh | Meher Talati | Arun Kalappura | \
    Nandini Hazarikar | Tobias Fernandel | Rukhsar Ansarey | Jaya Muthukan";

pub fn department() -> Department {
    Department {
        slug: "books-toys",
        name: "Books and toys",
        attributes: vec![],
        leaves: vec![novels(), children_books(), cook_books(), building_sets(), board_games(), soft_toys()],
    }
}

fn novels() -> Leaf {
    Leaf {
        slug: "novels",
        name: "Novels",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 84,
        rupees: 390,
        brands: "Panna Press | Lipi House | Third Verandah | Monsoon Editions",
        series: "Lighthouse | Mango Tree | Night Train | Letter | Clockmaker | River | Tea Garden | Salt Road | Kite | Radio",
        words: vec![
            (
                "first",
                "The Last | A Borrowed | The Silent | Beyond the | The Blue | Under the | The Forgotten | The Second",
            ),
            ("place", "Cuttack | Malabar | Shillong | Udaipur | Pondicherry | Chandni Chowk | the Konkan | Majuli"),
        ],
        attributes: vec![
            text("author", "Author", AUTHORS),
            text("genre", "Genre", "Mystery | Romance | Historical | Literary | Science fiction | Adventure"),
            text("language", "Language", "English | English | Hindi@850 | Tamil@850 | Bengali@850 | Marathi@850"),
            number("pages", "Pages", "", "180@800 | 240@920 | 312 | 384@1100 | 496@1250").quiet(),
            number("year", "Published", "", "2016 | 2018 | 2020 | 2021 | 2022 | 2023 | 2024").quiet(),
            yes("prize", "Prize winner", 120, 1_060),
        ],
        axes: vec![axis("Format", "Paperback | Hardcover@1700", 1, 2)],
        title: "{first} {series} of {place} by {author} ({language})",
        opens: vec![
            "A {=genre} novel by {author}, set around {place}.",
            "{author} tells of a {series}, a family and a secret that {place} kept for forty years.",
        ],
        tells: vec![
            "{pages} pages in {language}, first published in {year}.",
            "{prize?It won a prize and keeps its readers up at night|Readers pass it on to their mothers}.",
            "Formats: {=format}.",
        ],
        closes: vec!["Published by {brand}.", "With a map of {place} on the first page."],
    }
}

fn children_books() -> Leaf {
    Leaf {
        slug: "childrens-books",
        name: "Children's books",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 56,
        rupees: 260,
        brands: "Gilehri Books | Chunmun House | Lipi House",
        series: "Elephant | Squirrel | Monsoon Frog | Little Rickshaw | Mango Thief | Sleepy Tiger | Kite | Peacock",
        words: vec![
            ("verb", "Looks for the | Counts to Ten with the | and the | Dreams of the | Paints the | Finds the"),
            ("thing", "Shadow | Mango | Moon | Drum | Rainbow | Night Market | Hat | Sea"),
        ],
        attributes: vec![
            text("author", "Author", AUTHORS),
            text("age", "Age", "0 to 2 | 3 to 5 | 6 to 8 | 9 to 12@1100"),
            text("language", "Language", "English | Hindi@900 | English and Hindi | Kannada@900"),
            number("pages", "Pages", "", "16@750 | 24 | 32@1100 | 48@1250 | 96@1400").quiet(),
            text("kind", "Kind", "Picture book | Board book@1150 | Activity book | Story book"),
        ],
        axes: vec![],
        title: "The {series} {verb} {thing} by {author}, {=kind}",
        opens: vec![
            "A {=kind} for readers of {age} years, by {author}.",
            "What happens when a {series} goes looking? {author} knows.",
        ],
        tells: vec![
            "{pages} pages in {language}.",
            "Large letters and larger pictures.",
            "Corners are round and pages are strong.",
        ],
        closes: vec!["Published by {brand}.", "For reading aloud, again."],
    }
}

fn cook_books() -> Leaf {
    Leaf {
        slug: "cook-books",
        name: "Cook books",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 36,
        rupees: 620,
        brands: "Tadka Press | Panna Press | Third Verandah",
        series: "Pickles | Street Food | Sweets | Thali | Breads | Fish Curries | Monsoon Snacks",
        words: vec![("region", "Konkan | Awadh | Chettinad | Bengal | Kutch | Malabar | Assam | Kashmir | Coorg")],
        attributes: vec![
            text("author", "Author", AUTHORS),
            text("diet", "Diet", "Vegetarian | Vegan@1050 | Meat and fish"),
            number("recipes", "Recipes", "", "40@850 | 75 | 108@1100 | 160@1250").graded(),
            text("level", "Level", "Beginner | Home cook | Ambitious@1080"),
            yes("photographs", "Photographs", 700, 1_200),
        ],
        axes: vec![axis("Format", "Paperback | Hardcover@1500", 1, 2)],
        title: "{series} of {region}: {recipes} recipes by {author} ({=diet})",
        opens: vec![
            "{recipes} recipes from {region}, written down by {author}.",
            "Home cooking from {region} for the {=level}.",
        ],
        tells: vec![
            "{photographs?Each dish is photographed as it came from the stove|Drawings show each cut and fold}.",
            "Diet: {=diet}. Formats: {=format}.",
        ],
        closes: vec!["Published by {brand}.", "Pages wipe clean."],
    }
}

fn building_sets() -> Leaf {
    Leaf {
        slug: "building-sets",
        name: "Building sets",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 1_150,
        brands: "Khilonica | Eenta | Pahelika | Woodpeckle",
        series: "Railway Yard | Space Port | Stepwell | Fort | Auto Garage | Farm | Lighthouse",
        words: vec![],
        attributes: vec![
            number("pieces", "Pieces", "", "48@500 | 120@750 | 240 | 420@1500 | 780@2300").graded(),
            text("material", "Material", "Plastic | Wood@1350 | Metal@1250 | Card@700"),
            text("age", "Age", "3 and up | 5 and up | 8 and up | 12 and up@1100"),
            yes("motorised", "Motor", 200, 1_400),
            list("teaches", "Teaches", "Patience | Gears | Counting | Planning | Balance", 1, 3).quiet(),
        ],
        axes: vec![],
        title: "{brand} {series} building set, {pieces} pieces, {=material}, {age}",
        opens: vec![
            "{pieces} pieces of {=material} become a {series}, and then something else.",
            "The {series} by {brand} keeps small hands busy for a whole summer.",
        ],
        tells: vec![
            "For children of {age}; it teaches {=teaches}.",
            "{motorised?A motor makes it turn|It needs no batteries}.",
        ],
        closes: vec!["Edges are smooth and colours do not come off.", "Lost pieces can be ordered."],
    }
}

fn board_games() -> Leaf {
    Leaf {
        slug: "board-games",
        name: "Board games",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 44,
        rupees: 690,
        brands: "Pahelika | Chaupad House | Khilonica | Dice Gully",
        series: "Bazaar | Monsoon Race | Maharaja's Maze | Spice Route | Night Bus | Gully Detective | Kite War | Stepwell",
        words: vec![],
        attributes: vec![
            text("players", "Players", "1 to 4 | 2 | 2 to 4 | 2 to 6@1080 | 3 to 8@1120"),
            number("minutes", "Minutes", "min", "15@850 | 30 | 45@1080 | 60@1200 | 120@1600").graded(),
            text("age", "Age", "4 and up | 6 and up | 8 and up | 12 and up@1100"),
            text("kind", "Kind", "Strategy@1200 | Family | Card@700 | Party | Puzzle"),
            yes("cooperative", "Cooperative", 300, 1_030),
        ],
        axes: vec![axis("Edition", "English | Hindi@960 | Bilingual", 1, 2)],
        title: "{brand} {series}, {=kind} game for {players} players, {minutes} min, {age}",
        opens: vec![
            "A {=kind} game for {players} players that takes {minutes} minutes.",
            "{series}: learnt in five minutes, argued over for years.",
        ],
        tells: vec!["{cooperative?All win or all lose|Only one can win}.", "For {age}. Editions: {edition}."],
        closes: vec!["The board is cloth and rolls up.", "Rules come in large print."],
    }
}

fn soft_toys() -> Leaf {
    Leaf {
        slug: "soft-toys",
        name: "Soft toys",
        handling: HandlingClass::Standard,
        large_from: None,
        count: 36,
        rupees: 540,
        brands: "Gudgudi | Khilonica | Chunmun House",
        series: "Gaju | Mithu | Sheru | Billo | Chintu | Bholu",
        words: vec![],
        attributes: vec![
            text("animal", "Animal", "elephant | parrot | tiger | cat | bear | peacock@1100 | cow"),
            number("height", "Height", "cm", "20@650 | 30 | 45@1450 | 60@2000 | 90@3100").graded(),
            text("filling", "Filling", "Polyester | Recycled fibre@1080 | Cotton@1150"),
            yes("washable", "Machine washable", 750, 1_020),
        ],
        axes: vec![axis("Colour", "Grey | Brown | Pink | Green", 1, 3)],
        title: "{brand} {series} the {animal}, soft toy, {height} cm, {=filling}",
        opens: vec![
            "{series} is a {animal} of {height} cm who listens well.",
            "Stuffed with {=filling} and good will: {series} by {brand}.",
        ],
        tells: vec!["{washable?The washing machine does no harm|Wipe with a damp cloth}.", "In {=colour}."],
        closes: vec!["Eyes are stitched, not glued.", "Safe from the first day."],
    }
}
