//! How promises learnt from past shipments would have held, beside the shop's own and plain percentiles per lane.
//! `lanes_learn FOLDER [OUT.csv]`: the folder holds the olist tables; days per lane and weekday go to OUT.csv.

use std::{error::Error, fs::File, path::Path};

use services::{
    inbound::source::{Bytes, unpacked},
    serviceability::learning::{self, Evaluation, Shipments, evaluation, reading},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("write the folder with orders_dev.csv.gz")?;
    let open = |name: &str| -> Result<Bytes, Box<dyn Error>> {
        let path = Path::new(&folder).join(name);
        let file = File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(unpacked(file)?)
    };
    let shipments = reading::olist(reading::Olist {
        orders: open("orders_dev.csv.gz")?,
        items: open("order_items_dev.csv.gz")?,
        customers: open("customers_dev.csv.gz")?,
        sellers: open("sellers.csv.gz")?,
    })?;
    let shipments = Shipments::new(&shipments)?;
    println!("{} delivered shipments; each cell is the share in time at the mean days promised", shipments.count());
    print(&learning::evaluate(&shipments));
    if let Some(out) = arguments.next() {
        write(&shipments, Path::new(&out))?;
    }
    Ok(())
}

fn print(found: &Evaluation) {
    print!("{:<14} {:>9}", "", "shipments");
    evaluation::WAYS.iter().for_each(|way| print!("  {way:>18}"));
    println!();
    let months = found.months.iter().map(|(month, ways)| (month.as_str(), ways));
    for (name, ways) in [("five folds", &found.folds)].into_iter().chain(months).chain([("all months", &found.forward)])
    {
        print!("{name:<14} {:>9}", ways[0].shipments);
        ways.iter().for_each(|w| print!("  {:>9.1} % at {:>4.1}", w.share() * 100.0, w.mean_days()));
        println!();
    }
}

fn write(shipments: &Shipments, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut writer = csv::Writer::from_path(out)?;
    writer.write_record(["origin", "destination", "weekday", "shipments", "p50", "p80", "p90", "p95"])?;
    for lane in learning::lane_days(shipments) {
        let numbers = [lane.weekday.to_string(), lane.shipments.to_string()];
        let names = [lane.origin, lane.destination];
        writer.write_record(names.into_iter().chain(numbers).chain(lane.days.map(|d| d.to_string())))?;
    }
    Ok(writer.flush()?)
}
