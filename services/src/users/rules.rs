//! What a postal address, a name and an e-mail address must look like. Pure.

use super::model::PostalAddress;
use crate::kernel::{limits::TEXT_MAX, pincodes::table::table};

/// Bytes of a name or a town.
const NAME_MAX: usize = 200;
/// Lines of an address.
const LINES_MAX: usize = 4;

/// A broken rule: which field, and what to do.
pub type Problem = (&'static str, String);

/// Checks an address; the pincode must exist.
///
/// # Errors
/// Every broken rule.
pub fn check_postal(address: &PostalAddress) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for (field, text) in [("recipient", &address.recipient), ("city", &address.city), ("state", &address.state)] {
        if text.trim().is_empty() || text.len() > NAME_MAX {
            problems.push((field, format!("write 1 to {NAME_MAX} characters")));
        }
    }
    if !is_phone(&address.phone) {
        problems.push(("phone", "write 8 to 15 digits, with or without a leading +".to_owned()));
    }
    if address.lines.is_empty() || address.lines.len() > LINES_MAX {
        problems.push(("lines", format!("write 1 to {LINES_MAX} lines")));
    }
    if address.lines.iter().any(|l| l.trim().is_empty() || l.len() > TEXT_MAX / 16) {
        problems.push(("lines", format!("no line may be empty or longer than {} characters", TEXT_MAX / 16)));
    }
    if table().get(address.pincode).is_none() {
        problems.push(("pincode", format!("there is no pincode {}: check the six digits", address.pincode)));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// An e-mail address in lower case; `None` when it cannot be one.
pub fn normal_email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (name, host) = text.split_once('@')?;
    let plain =
        text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c));
    let labels =
        host.contains('.') && host.split('.').all(|l| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-'));
    (plain && labels && !name.is_empty() && !host.contains('@')).then_some(text)
}

/// A name as shown: 1 to 200 characters, no control characters.
pub fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= NAME_MAX && !text.chars().any(char::is_control)
}

fn is_phone(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    (8..=15).contains(&digits) && rest.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> PostalAddress {
        PostalAddress {
            recipient: "Asha".into(),
            phone: "+91 98450 12345".into(),
            lines: vec!["12 MG Road".into()],
            city: "Bengaluru".into(),
            state: "Karnataka".into(),
            pincode: "560001".parse().expect("a pincode"),
        }
    }

    #[test]
    fn every_broken_part_is_named() {
        assert_eq!(check_postal(&address()), Ok(()));
        let bad = PostalAddress {
            recipient: " ".into(),
            phone: "12".into(),
            lines: vec![],
            pincode: "999999".parse().expect("looks like one"),
            ..address()
        };
        let fields: Vec<_> = check_postal(&bad).expect_err("is refused").into_iter().map(|(f, _)| f).collect();
        assert_eq!(fields, ["recipient", "phone", "lines", "pincode"]);
    }

    #[test]
    fn addresses_of_mail_are_lower_case_and_plausible() {
        assert_eq!(normal_email(" Asha@Example.ORG "), Some("asha@example.org".into()));
        for bad in ["", "asha", "@example.org", "a@b", "a@@b.c", "a b@c.d", "a@-b.c", "a@b..c", "\"x\"@b.c"] {
            assert_eq!(normal_email(bad), None, "{bad}");
        }
    }
}
