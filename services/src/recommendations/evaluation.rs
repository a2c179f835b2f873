//! How well hidden things are found again. Protocol: learn from what came before a cut, then take each later basket of two
//! things or more, hide one (drawn by a hash of its place, so that each run hides the same), and ask for ten. The things
//! left in the basket are never recommended; what the buyer bought before the cut may be, because buyers come back.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Read},
};

use super::learning::{Basket, Learnt, Weights, learn, recommend};

/// Things asked for.
const ASKED: usize = 10;

/// How often the hidden thing was among those asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hits {
    /// Baskets that hid one.
    pub asked: usize,
    /// Hits among them.
    pub hit: usize,
    /// The sum of one through the place of each hit.
    pub reciprocal: f64,
}

impl Hits {
    /// The share of hits, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts of baskets")]
    pub fn rate(&self) -> f64 {
        self.hit as f64 / self.asked.max(1) as f64
    }
    /// The mean reciprocal rank within those asked for, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts of baskets")]
    pub fn mean_reciprocal(&self) -> f64 {
        self.reciprocal / self.asked.max(1) as f64
    }
}

/// Baskets of a data set, oldest first, and how many things they are of.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Oldest first.
    pub baskets: Vec<Basket>,
    /// Things are numbered below this.
    pub things: usize,
}

/// Learns from baskets before the cut and looks for what later ones hide.
pub fn hide_one(learn_from: &[Basket], find: &[Basket], things: usize, today: f64, weights: &Weights) -> Hits {
    let learnt = learn(learn_from, things, today, weights);
    let mut bought: HashMap<u32, Vec<(u32, f64)>> = HashMap::new();
    for basket in learn_from {
        let Some(who) = basket.who else { continue };
        bought.entry(who).or_default().extend(basket.things.iter().map(|t| (*t, today - basket.day)));
    }
    let mut hits = Hits::default();
    for (place, basket) in find.iter().enumerate().filter(|(_, b)| b.things.len() > 1) {
        let past = basket.who.and_then(|who| bought.get(&who)).map_or(&[][..], Vec::as_slice);
        hits.asked += 1;
        if let Some(rank) = rank_of_hidden(&learnt, place, &basket.things, past, weights) {
            hits.hit += 1;
            #[expect(clippy::cast_precision_loss, reason = "a rank below ten")]
            let share = 1.0 / (rank as f64 + 1.0);
            hits.reciprocal += share;
        }
    }
    hits
}

fn rank_of_hidden(
    learnt: &Learnt,
    place: usize,
    things: &[u32],
    past: &[(u32, f64)],
    weights: &Weights,
) -> Option<usize> {
    let drawn = mixed(place as u64) % things.len() as u64;
    let hidden = things.get(usize::try_from(drawn).ok()?)?;
    let known: Vec<u32> = things.iter().copied().filter(|t| t != hidden).collect();
    recommend(learnt, &known, past, ASKED, weights).iter().position(|s| s.thing == *hidden)
}

/// Spreads a number over all 64 bits.
fn mixed(n: u64) -> u64 {
    let z = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Reads the sales invoices of online-retail: goods only (their codes begin with five digits), quantities and prices above
/// zero; cancellations, and corrections of bad debts, are no baskets.
///
/// # Errors
/// When the file cannot be read, or lacks a column.
pub fn online_retail(source: impl Read) -> io::Result<Data> {
    let mut reader = csv::Reader::from_reader(source);
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        let at = headers.iter().position(|h| h == name);
        at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("there is no column {name}")))
    };
    let (invoice, code, quantity) = (column("InvoiceNo")?, column("StockCode")?, column("Quantity")?);
    let (date, price, who) = (column("InvoiceDate")?, column("UnitPrice")?, column("CustomerID")?);
    let mut numbers: HashMap<String, u32> = HashMap::new();
    // By invoice, and by first appearance within it.
    let mut baskets: BTreeMap<String, Basket> = BTreeMap::new();
    for row in reader.records() {
        let row = row?;
        let of = |at: usize| row.get(at).unwrap_or_default();
        let above_zero = |at: usize| of(at).parse::<f64>().is_ok_and(|n| n > 0.0);
        let good = of(code).len() >= 5 && of(code).bytes().take(5).all(|b| b.is_ascii_digit());
        let sale = of(invoice).starts_with(|c: char| c.is_ascii_digit());
        let Some(day) = day_of(of(date)).filter(|_| good && sale && above_zero(quantity) && above_zero(price)) else {
            continue;
        };
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let thing = *numbers.entry(of(code).to_uppercase()).or_insert(next);
        let basket = baskets.entry(of(invoice).to_owned()).or_insert_with(|| Basket {
            who: of(who).parse().ok(),
            day,
            weight: 1.0,
            things: Vec::new(),
        });
        if !basket.things.contains(&thing) {
            basket.things.push(thing);
        }
    }
    let mut baskets: Vec<Basket> = baskets.into_values().collect();
    baskets.sort_by(|a, b| a.day.total_cmp(&b.day));
    Ok(Data { baskets, things: numbers.len() })
}

/// Days since 1970 of `2010-12-01 08:26:00`.
fn day_of(text: &str) -> Option<f64> {
    let at = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    #[expect(clippy::cast_precision_loss, reason = "seconds of a date fit")]
    let seconds = at.and_utc().timestamp() as f64;
    Some(seconds / 86_400.0)
}

/// Reads groceries: one basket per line, in the order of the source; there are no dates, so a line stands for a moment and
/// all count as of one day.
///
/// # Errors
/// When the file cannot be read.
pub fn groceries(source: impl Read) -> io::Result<Data> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut baskets = Vec::new();
    for row in csv::Reader::from_reader(source).records() {
        let row = row?;
        let mut things: Vec<u32> = Vec::new();
        for name in row.get(1).unwrap_or_default().split('|').filter(|n| !n.is_empty()) {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            things.push(*numbers.entry(name.to_owned()).or_insert(next));
        }
        baskets.push(Basket { who: None, day: 0.0, weight: 1.0, things });
    }
    Ok(Data { baskets, things: numbers.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_baskets_of_goods_sold() {
        let text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
            2,22222,b,1,2010-12-02 08:00:00,1.0,,UK\n1,11111,a,1,2010-12-01 08:00:00,1.0,7,UK\n\
            1,22222a,b,2,2010-12-01 08:00:00,1.0,7,UK\n1,POST,c,1,2010-12-01 08:00:00,1.0,7,UK\n\
            C3,11111,a,-1,2010-12-03 08:00:00,1.0,7,UK\n1,33333,d,1,2010-12-01 08:00:00,0,7,UK\n";
        let data = online_retail(text.as_bytes()).expect("read");
        let told: Vec<_> = data.baskets.iter().map(|b| (b.who, b.things.len())).collect();
        assert_eq!((told, data.things), (vec![(Some(7), 2), (None, 1)], 3));
        let data = groceries("basket_id,items\n1,milk|bread\n2,bread\n".as_bytes()).expect("read");
        assert_eq!(data.baskets[1].things, [1]);
    }

    #[test]
    fn what_always_comes_together_is_found_again() {
        let pair = |day: f64| Basket { who: None, day, weight: 1.0, things: vec![0, 1] };
        let hits = hide_one(&[pair(0.0), pair(1.0)], &[pair(2.0), pair(3.0)], 2, 2.0, &Weights::OURS);
        assert_eq!((hits.asked, hits.hit), (2, 2));
        assert_eq!(hits.rate(), 1.0);
    }
}
