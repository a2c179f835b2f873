//! How often a thing that was hidden from a later basket is among ten recommended: ours beside the plain cosine, in one run.
//! `recommendations_quality FOLDER`: the folder holds `online-retail` and `groceries`.

use std::{error::Error, fs::File, path::Path};

use services::{
    inbound::source::unpacked,
    recommendations::{
        evaluation::{Data, groceries, hide_one, online_retail},
        learning::Weights,
    },
};

/// Days of each part that is looked for.
const DAYS: f64 = 30.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("write the folder with online-retail and groceries")?;
    let open = |name: &str| -> Result<_, Box<dyn Error>> {
        let path = Path::new(&folder).join(name);
        Ok(unpacked(File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?)?)
    };
    println!("{:<34} {:>8}  {:>22}  {:>22}", "", "baskets", "cosine hit@10 (MRR)", "ours hit@10 (MRR)");
    let retail = online_retail(open("online-retail/transactions_dev.csv.gz")?)?;
    let last = retail.baskets.last().ok_or("there are no baskets")?.day;
    for part in 0..3_u8 {
        let end = last - f64::from(part) * DAYS;
        let name = format!("online-retail, days -{} to -{}", (f64::from(part) + 1.0) * DAYS, f64::from(part) * DAYS);
        print(&name, &retail, retail.baskets.partition_point(|b| b.day < end - DAYS), end);
    }
    let shop = groceries(open("groceries/baskets_dev.csv.gz")?)?;
    let known = shop.baskets.len() * 4 / 5;
    print("groceries, last fifth", &shop, known, f64::INFINITY);
    Ok(())
}

/// Learns from what stands before `known`, looks in what follows up to the day `end`.
fn print(name: &str, data: &Data, known: usize, end: f64) {
    let (before, after) = data.baskets.split_at(known);
    let after = &after[..after.partition_point(|b| b.day <= end)];
    let today = after.first().map_or(0.0, |b| b.day);
    let of = |weights| hide_one(before, after, data.things, today, &weights);
    let (cosine, ours) = (of(Weights::COSINE), of(Weights::OURS));
    let cell = |h: services::recommendations::evaluation::Hits| format!("{:.3} ({:.3})", h.rate(), h.mean_reciprocal());
    println!("{name:<34} {:>8}  {:>22}  {:>22}", ours.asked, cell(cosine), cell(ours));
}
