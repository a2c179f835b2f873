//! A lane as an operator sends it: decoded and checked against the network it becomes a part of.

use async_graphql::InputObject;
use services::{
    kernel::{handling::HandlingClass, pincodes::Pincode},
    logistics::{Lane, LaneEnd, Network, NodeKind},
};

use super::network::DOORS;
use crate::error::{ErrorCode, UserError};

/// Longest transit of one lane: two weeks.
const TRANSIT_MAX: i32 = 14 * 24 * 60;
/// Departures of a lane a day.
const DEPARTURES_MAX: usize = 48;
/// Bytes of a lane's name.
const CODE_MAX: usize = 64;

/// A lane.
#[derive(Clone, Debug, InputObject)]
pub struct LaneInput {
    /// Its name; a lane with this name is replaced.
    pub code: String,
    /// Who runs it.
    pub courier_code: String,
    /// Warehouse, hub or station.
    pub from: String,
    /// Hub, station or pincode; DOORS for all doors of the station it begins at.
    pub to: String,
    /// From departure to arrival.
    pub transit_minutes: i32,
    /// Local times of day, such as 18:30, at most 48.
    pub departures: Vec<String>,
    /// 1 is Monday.
    pub weekdays: Vec<i32>,
    /// Handling classes: STANDARD, LARGE, HAZARDOUS.
    pub carries: Vec<String>,
    /// Parcels; no bound without it.
    pub capacity_per_day: Option<i32>,
    /// In use.
    #[graphql(default = true)]
    pub active: bool,
}

/// The lane, or everything that is wrong with it.
pub fn decode(input: &LaneInput, network: &Network) -> Result<Lane, Vec<UserError>> {
    let mut wrong = Wrong(Vec::new());
    let named = !input.code.is_empty() && input.code.len() <= CODE_MAX && !input.code.chars().any(char::is_control);
    wrong.unless(named, "code", &format!("a name has 1 to {CODE_MAX} bytes"));
    wrong.unless(
        network.couriers.iter().any(|c| c.code == input.courier_code),
        "courierCode",
        "there is no such courier",
    );
    let from = network.nodes.iter().find(|n| n.code == input.from);
    wrong.unless(from.is_some(), "from", "there is no such warehouse, hub or station");
    let to = end(&input.to, network);
    wrong.unless(to.is_some(), "to", "there is no such hub or station, and it is neither a pincode nor DOORS");
    let at_doors = !matches!(to, None | Some(LaneEnd::Node(_)));
    let station = from.is_none_or(|n| n.kind == NodeKind::Station);
    wrong.unless(!at_doors || station, "from", "only a lane of a station leads to doors");
    wrong.unless(
        (1..=TRANSIT_MAX).contains(&input.transit_minutes),
        "transitMinutes",
        "1 minute to 14 days are allowed",
    );
    let departures = departures(&input.departures);
    wrong.unless(departures.is_some(), "departures", "give 1 to 48 times of day, such as 18:30");
    let weekdays = weekdays(&input.weekdays);
    wrong.unless(weekdays.is_some(), "weekdays", "give 1 to 7 days; 1 is Monday, 7 is Sunday");
    let carries = carries(&input.carries);
    wrong.unless(carries.is_some(), "carries", "give at least one of STANDARD, LARGE, HAZARDOUS");
    let capacity = input.capacity_per_day.map(u32::try_from).transpose();
    wrong.unless(capacity.is_ok(), "capacityPerDay", "a number of parcels is not negative");
    let transit = u32::try_from(input.transit_minutes);
    match (to, departures, weekdays, carries, capacity, transit) {
        (Some(to), Some(departures), Some(weekdays), Some(carries), Ok(capacity_per_day), Ok(transit_minutes))
            if wrong.0.is_empty() =>
        {
            let (code, courier, from) = (input.code.clone(), input.courier_code.clone(), input.from.clone());
            let active = input.active;
            Ok(Lane {
                code,
                courier,
                from,
                to,
                transit_minutes,
                departures,
                weekdays,
                carries,
                capacity_per_day,
                active,
            })
        }
        _ => Err(wrong.0),
    }
}

struct Wrong(Vec<UserError>);

impl Wrong {
    fn unless(&mut self, good: bool, field: &str, message: &str) {
        if !good {
            self.0.push(UserError::simple(ErrorCode::InvalidInput, message, &["lane", field]));
        }
    }
}

fn end(to: &str, network: &Network) -> Option<LaneEnd> {
    if to == DOORS {
        return Some(LaneEnd::Doors);
    }
    if let Ok(pincode) = to.parse::<Pincode>() {
        return services::kernel::pincodes::table::table().get(pincode).map(|_| LaneEnd::Pincode(pincode));
    }
    let node = network.nodes.iter().find(|n| n.code == to && n.kind != NodeKind::Warehouse)?;
    Some(LaneEnd::Node(node.code.clone()))
}

fn departures(given: &[String]) -> Option<Vec<u16>> {
    let mut minutes: Vec<u16> = given.iter().map(|t| time_of_day(t)).collect::<Option<_>>()?;
    minutes.sort_unstable();
    minutes.dedup();
    (1..=DEPARTURES_MAX).contains(&minutes.len()).then_some(minutes)
}

/// Minutes from midnight of `HH:MM`.
fn time_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = hours.len() == 2 && minutes.len() == 2 && text.bytes().all(|b| b == b':' || b.is_ascii_digit());
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (digits && hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn weekdays(given: &[i32]) -> Option<u8> {
    let day = |set: u8, day: &i32| (1..=7).contains(day).then(|| set | 1 << (day - 1));
    given.iter().try_fold(0_u8, day).filter(|set| *set != 0)
}

fn carries(given: &[String]) -> Option<Vec<HandlingClass>> {
    let class = |name: &String| HandlingClass::ALL.into_iter().find(|c| c.name() == name);
    let mut classes: Vec<HandlingClass> = given.iter().map(class).collect::<Option<_>>()?;
    classes.sort_unstable();
    classes.dedup();
    (!classes.is_empty()).then_some(classes)
}

#[cfg(test)]
mod tests {
    use services::{
        kernel::money::Money,
        logistics::{Courier, Node},
    };

    use super::*;

    fn network() -> Network {
        let node = |code: &str, kind| Node {
            code: code.into(),
            name: code.into(),
            kind,
            latitude: 12.9,
            longitude: 77.6,
            pincode: "560001".parse().expect("a pincode"),
            handling_minutes: 60,
        };
        let courier = Courier {
            code: "UDAAN".into(),
            name: "Udaan".into(),
            rates: Vec::new(),
            special_handling_charge: Money::inr(0),
        };
        Network {
            nodes: vec![
                node("BLR1", NodeKind::Warehouse),
                node("H-BLR", NodeKind::Hub),
                node("S-560", NodeKind::Station),
            ],
            couriers: vec![courier],
            ..Network::default()
        }
    }
    fn input() -> LaneInput {
        LaneInput {
            code: "BLR1>H-BLR".into(),
            courier_code: "UDAAN".into(),
            from: "BLR1".into(),
            to: "H-BLR".into(),
            transit_minutes: 90,
            departures: vec!["18:30".into(), "06:00".into()],
            weekdays: vec![1, 2, 7],
            carries: vec!["LARGE".into(), "STANDARD".into()],
            capacity_per_day: Some(200),
            active: true,
        }
    }
    fn refused(change: impl Fn(&mut LaneInput)) -> Vec<String> {
        let mut lane = input();
        change(&mut lane);
        let errors = decode(&lane, &network()).expect_err("refused");
        errors
            .iter()
            .map(|e| if let UserError::SimpleError(e) = e { e.path[1].clone() } else { String::new() })
            .collect()
    }

    #[test]
    fn a_good_lane_is_decoded() {
        let lane = decode(&input(), &network()).expect("good");
        assert_eq!(lane.departures, [360, 1_110]);
        assert_eq!(lane.weekdays, 0b100_0011);
        assert_eq!(lane.carries, [HandlingClass::Standard, HandlingClass::Large]);
        assert_eq!(lane.to, LaneEnd::Node("H-BLR".into()));
    }

    #[test]
    fn lanes_to_doors_begin_at_stations() {
        let to = |from: &str, to: &str| decode(&LaneInput { from: from.into(), to: to.into(), ..input() }, &network());
        assert_eq!(to("S-560", "DOORS").map(|l| l.to).ok(), Some(LaneEnd::Doors));
        assert!(matches!(to("S-560", "560001").map(|l| l.to), Ok(LaneEnd::Pincode(_))));
        assert!(to("BLR1", "DOORS").is_err());
        assert!(to("S-560", "999999").is_err(), "no such pincode");
        assert!(to("S-560", "BLR1").is_err(), "no lane leads to a warehouse");
    }

    #[test]
    fn everything_wrong_is_told_by_field() {
        let bad = refused(|l| {
            l.courier_code = "NOBODY".into();
            l.departures = vec!["24:00".into()];
            l.weekdays = vec![8];
            l.carries = vec!["FRAGILE".into()];
            l.transit_minutes = 0;
        });
        assert_eq!(bad, ["courierCode", "transitMinutes", "departures", "weekdays", "carries"]);
        assert_eq!(refused(|l| l.from = "NOWHERE".into()), ["from"]);
        assert_eq!(refused(|l| l.capacity_per_day = Some(-1)), ["capacityPerDay"]);
    }
}
