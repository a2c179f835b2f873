//! Where the demo's network stands: 40 warehouses and 36 hubs in real cities, one delivery station per district, and how
//! far things are apart. Coordinates come from the table of pincodes.

use services::{
    kernel::pincodes::{
        Pincode,
        table::{Place, Table},
    },
    logistics::{Node, NodeKind},
};

use super::super::draw::Draw;

/// Code, city and pincode, a line each.
const WAREHOUSES: &str = "DEL1 110037 New Delhi
DEL2 122001 Gurugram
DEL3 201301 Noida
BOM1 421302 Bhiwandi
BOM2 400703 Navi Mumbai
BOM3 400093 Mumbai
BLR1 560067 Bengaluru Whitefield
BLR2 562114 Hosakote
MAA1 600058 Chennai Ambattur
MAA2 602105 Sriperumbudur
HYD1 501218 Shamshabad
HYD2 501401 Medchal
CCU1 700091 Kolkata
CCU2 712311 Dankuni
AMD1 382110 Sanand
PNQ1 412207 Pune
JAI1 302022 Jaipur
LKO1 226008 Lucknow
PAT1 800001 Patna
GAU1 781001 Guwahati
IXA1 799001 Agartala
BBI1 751001 Bhubaneswar
RPR1 492001 Raipur
NAG1 440018 Nagpur
IDR1 452001 Indore
BHO1 462001 Bhopal
STV1 395003 Surat
LUH1 141003 Ludhiana
IXC1 160002 Chandigarh
IXJ1 180001 Jammu
SXR1 190001 Srinagar
DED1 248001 Dehradun
COK1 682024 Kochi
CJB1 641014 Coimbatore
IXM1 625001 Madurai
VTZ1 530001 Visakhapatnam
VGA1 520001 Vijayawada
GOI1 403601 Margao
RNC1 834001 Ranchi
HBX1 580020 Hubballi";

const HUBS: &str = "H-DEL 110037 Delhi
H-BOM 400093 Mumbai
H-BLR 560001 Bengaluru
H-MAA 600001 Chennai
H-HYD 500001 Hyderabad
H-CCU 700001 Kolkata
H-AMD 380001 Ahmedabad
H-PNQ 411001 Pune
H-JAI 302001 Jaipur
H-LKO 226001 Lucknow
H-VNS 221002 Varanasi
H-PAT 800001 Patna
H-GAU 781001 Guwahati
H-IXA 799001 Agartala
H-BBI 751001 Bhubaneswar
H-RPR 492001 Raipur
H-NAG 440001 Nagpur
H-IDR 452001 Indore
H-JLR 482001 Jabalpur
H-LUH 141001 Ludhiana
H-IXJ 180001 Jammu
H-SXR 190001 Srinagar
H-DED 248001 Dehradun
H-COK 682001 Kochi
H-CJB 641001 Coimbatore
H-IXM 625001 Madurai
H-TRV 695001 Thiruvananthapuram
H-VTZ 530001 Visakhapatnam
H-GOI 403601 Goa
H-HBX 580020 Hubballi
H-RNC 834001 Ranchi
H-RAJ 360001 Rajkot
H-JDH 342001 Jodhpur
H-IXB 734001 Siliguri
H-DIB 786001 Dibrugarh
H-IXZ 744101 Port Blair";

/// Degrees north and east.
pub type Point = (f64, f64);

/// The places of the network.
pub struct Places {
    /// The 40 warehouses.
    pub warehouses: Vec<Node>,
    /// The 36 hubs.
    pub hubs: Vec<Node>,
    /// The station of each district, by the district's index.
    pub stations: Vec<Node>,
}

/// Finds them in the table.
pub fn places(table: &Table) -> Places {
    let nodes = |lines: &str, kind, minutes: [u32; 3]| -> Vec<Node> {
        lines.lines().map(|line| city(line, kind, minutes, table)).collect()
    };
    Places {
        warehouses: nodes(WAREHOUSES, NodeKind::Warehouse, [90, 120, 150]),
        hubs: nodes(HUBS, NodeKind::Hub, [60, 75, 90]),
        stations: stations(table),
    }
}

fn city(line: &str, kind: NodeKind, minutes: [u32; 3], table: &Table) -> Node {
    let mut cells = line.splitn(3, ' ');
    let (code, pincode, name) = (cells.next(), cells.next(), cells.next());
    let (Some(code), Some(pincode), Some(name)) = (code, pincode, name) else {
        unreachable!("a test reads every line: {line}");
    };
    let pincode: Pincode = pincode.parse().expect("a test reads every line");
    let place = table.get(pincode).expect("a test looks every pincode up");
    let suffix = if kind == NodeKind::Hub { "hub" } else { "warehouse" };
    let handling_minutes = minutes[Draw::named(code).below(minutes.len())];
    node(code.to_owned(), format!("{name} {suffix}"), kind, place, handling_minutes)
}

fn node(code: String, name: String, kind: NodeKind, place: &Place, handling_minutes: u32) -> Node {
    let Place { pincode, latitude, longitude, .. } = *place;
    Node { code, name, kind, latitude, longitude, pincode, handling_minutes }
}

/// One station per district, at the pincode nearest to the middle of them all; it is called by the lowest one.
fn stations(table: &Table) -> Vec<Node> {
    let mut by_district: Vec<Vec<&Place>> = vec![Vec::new(); table.districts.len()];
    for place in table.places() {
        by_district[usize::from(place.district)].push(place);
    }
    let station = |(district, places): (usize, &Vec<&Place>)| {
        let n = f64::from(u32::try_from(places.len()).unwrap_or(1));
        let middle = (
            places.iter().map(|p| of_place(p).0).sum::<f64>() / n,
            places.iter().map(|p| of_place(p).1).sum::<f64>() / n,
        );
        let site = places.iter().min_by(|a, b| km(of_place(a), middle).total_cmp(&km(of_place(b), middle)))?;
        let (code, name) = (format!("S-{}", places[0].pincode), format!("{} station", table.districts[district].name));
        Some(node(code, name, NodeKind::Station, site, [30, 45][district % 2]))
    };
    by_district.iter().enumerate().filter_map(station).collect()
}

/// Where a pincode lies.
pub fn of_place(place: &Place) -> Point {
    (f64::from(place.latitude), f64::from(place.longitude))
}

/// Where a node stands.
pub fn of_node(node: &Node) -> Point {
    (f64::from(node.latitude), f64::from(node.longitude))
}

/// Kilometres as the crow flies. The cosine is a polynomial, so that every machine computes the same bits.
pub fn km(a: Point, b: Point) -> f64 {
    let x = ((a.0 + b.0) / 2.0) * (std::f64::consts::PI / 180.0);
    let x2 = x * x;
    let cosine = 1.0 - x2 / 2.0 + x2 * x2 / 24.0 - x2 * x2 * x2 / 720.0;
    let (north, east) = ((a.0 - b.0) * 111.2, (a.1 - b.1) * 111.2 * cosine);
    (north * north + east * east).sqrt()
}

/// Minutes for a way at a speed, loading included, in quarters of an hour.
pub fn minutes(km: f64, km_per_hour: f64, loading: u32) -> u32 {
    // Bounded: the country is under 4,000 km across.
    let quarters = (km / km_per_hour * 4.0).ceil() as u32;
    quarters * 15 + loading
}

#[cfg(test)]
mod tests {
    use services::kernel::pincodes::table::table;

    use super::*;

    #[test]
    fn every_line_names_a_known_pincode() {
        let p = places(table());
        assert_eq!((p.warehouses.len(), p.hubs.len(), p.stations.len()), (40, 36, table().districts.len()));
        let mut codes: Vec<_> = p.warehouses.iter().chain(&p.hubs).chain(&p.stations).map(|n| &n.code).collect();
        codes.sort();
        assert!(codes.windows(2).all(|w| w[0] != w[1]));
    }

    #[test]
    fn distances_are_those_of_the_map() {
        let p = places(table());
        let at = |code: &str| of_node(p.hubs.iter().find(|h| h.code == code).expect(code));
        for (a, b, known) in [("H-DEL", "H-BOM", 1_150.0), ("H-BLR", "H-MAA", 290.0), ("H-CCU", "H-GAU", 520.0)] {
            assert!((km(at(a), at(b)) - known).abs() < 30.0, "{a} {b} {}", km(at(a), at(b)));
        }
        assert_eq!(minutes(100.0, 45.0, 60), 195);
    }
}
