//! Which warehouse serves which line: one that serves all when there is one, else the best of each line. Pure.

use crate::serviceability::Promise;

/// For each line the promises of the warehouses that have enough, best first. Answers the chosen promise per line; `None`
/// where there is none.
///
/// One parcel is better than two: when one warehouse serves every line, the one whose slowest line arrives first is
/// taken, but only while that is no later than the slowest of the best lines on their own would be plus
/// [`PATIENCE_HOURS`].
pub fn allocate(lines: &[Vec<Promise>]) -> Vec<Option<&Promise>> {
    let best: Vec<Option<&Promise>> = lines.iter().map(|l| l.first()).collect();
    let Some(slowest_apart) = best.iter().flatten().map(|p| p.promised_by).max() else { return best };
    let Some(first) = lines.first().filter(|_| lines.len() > 1) else { return best };
    let together = first
        .iter()
        .filter_map(|p| {
            let all: Option<Vec<&Promise>> =
                lines.iter().map(|l| l.iter().find(|q| q.warehouse == p.warehouse)).collect();
            let all = all?;
            let slowest = all.iter().map(|p| p.promised_by).max()?;
            Some((slowest, p.warehouse.as_str(), all))
        })
        .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let patience = std::time::Duration::from_secs(u64::from(PATIENCE_HOURS) * 3_600);
    match together {
        Some((slowest, _, all)) if slowest <= slowest_apart + patience => all.into_iter().map(Some).collect(),
        _ => best,
    }
}

/// How much later one parcel may arrive than several would, hours.
pub const PATIENCE_HOURS: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{clock::Timestamp, money::Money, pincodes::Pincode};

    fn promise(warehouse: &str, hours: i64) -> Promise {
        Promise {
            pincode: Pincode::new(560_001).unwrap(),
            promised_by: Timestamp::from_seconds(hours * 3_600),
            tat_hours: 1,
            order_within: Timestamp::from_seconds(0),
            charge: Money::inr(4_000),
            warehouse: warehouse.into(),
            courier: "C".into(),
            as_of: Timestamp::from_seconds(0),
        }
    }
    fn chosen(lines: &[Vec<Promise>]) -> Vec<Option<&str>> {
        allocate(lines).into_iter().map(|p| p.map(|p| p.warehouse.as_str())).collect()
    }

    #[test]
    fn one_warehouse_for_all_is_preferred() {
        let lines = [vec![promise("A", 10), promise("B", 20)], vec![promise("C", 12), promise("B", 22)]];
        assert_eq!(chosen(&lines), [Some("B"), Some("B")]);
    }

    #[test]
    fn but_not_when_it_takes_a_day_longer() {
        let lines = [vec![promise("A", 10), promise("B", 40)], vec![promise("C", 12), promise("B", 22)]];
        assert_eq!(chosen(&lines), [Some("A"), Some("C")]);
    }

    #[test]
    fn of_several_the_soonest_then_the_name() {
        let lines =
            [vec![promise("B", 10), promise("A", 10), promise("D", 9)], vec![promise("A", 10), promise("B", 10)]];
        assert_eq!(chosen(&lines), [Some("A"), Some("A")]);
    }

    #[test]
    fn a_line_without_any_warehouse_stays_without() {
        assert_eq!(chosen(&[vec![promise("A", 1)], vec![]]), [Some("A"), None]);
        assert_eq!(chosen(&[]), Vec::<Option<&str>>::new());
        assert_eq!(chosen(&[vec![promise("A", 1), promise("B", 0)]]), [Some("A")]);
    }
}
