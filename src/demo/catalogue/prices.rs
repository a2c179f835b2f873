//! Prices that look like prices, in whole rupees: ₹249, ₹1,849, ₹64,990. No float comes near them.

use super::super::draw::Draw;

/// The nearest price that a shop would print.
pub fn shown(rupees: u64) -> u64 {
    let (step, below) = match rupees {
        0..=99 => (5, 0),
        100..=999 => (10, 1),
        1_000..=9_999 => (50, 1),
        10_000..=49_999 => (500, 1),
        _ => (1_000, 10),
    };
    (((rupees + step / 2) / step).max(1) * step).saturating_sub(below).max(5)
}

/// A price after thousandths were taken of it, one after the other.
pub fn scaled(rupees: u64, permilles: impl IntoIterator<Item = u32>) -> u64 {
    permilles.into_iter().fold(rupees * 100, |p, m| (p * u64::from(m) + 500) / 1_000).div_ceil(100)
}

/// How far above its price an item once stood, in thousandths; three of four items have come down.
pub fn reduction(draw: &mut Draw) -> Option<u32> {
    let permille = draw.between(1_060, 1_650);
    draw.chance(750).then_some(permille)
}

/// The price before a reduction; none when rounding leaves nothing of it.
pub fn before(price: u64, reduction: Option<u32>) -> Option<u64> {
    let was = shown(scaled(price, [reduction?]));
    (was > price).then_some(was)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_look_printed() {
        for (raw, printed) in [(3, 5), (47, 45), (251, 249), (1_860, 1_849), (12_700, 12_499), (64_700, 64_990)] {
            assert_eq!(shown(raw), printed);
        }
    }

    #[test]
    fn thousandths_multiply() {
        assert_eq!(scaled(1_000, [1_350, 2_000]), 2_700);
        assert_eq!(scaled(1_000, []), 1_000);
    }
}
