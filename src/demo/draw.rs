//! The demo's own dice: SplitMix64, so that the shop is the same on every machine and with every version of every
//! library. Not for secrets.

/// A stream of draws. The same name gives the same stream.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// A stream of its own for a name, so that one more item changes no other.
    pub fn named(name: &str) -> Self {
        Self(fingerprint(name))
    }
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// A number from 0 to `n - 1`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        // The high half of a product instead of a remainder: even enough, and without a division.
        let wide = u128::from(self.next()) * n as u128;
        (wide >> 64) as usize
    }
    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = high.saturating_sub(low) as usize + 1;
        low + u32::try_from(self.below(span)).unwrap_or(0)
    }
    /// True so many times of a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < permille as usize
    }
    /// One of a list; `None` when it is empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
    /// `n` of a list (all when there are fewer), in the list's order.
    pub fn some<'a, T>(&mut self, from: &'a [T], n: usize) -> Vec<&'a T> {
        let mut wanted = n.min(from.len());
        let mut out = Vec::with_capacity(wanted);
        for (i, x) in from.iter().enumerate() {
            if self.below(from.len() - i) < wanted {
                out.push(x);
                wanted -= 1;
            }
        }
        out
    }
}

/// FNV-1a, 64 bits: the same on every machine.
pub fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_name() {
        let take = |name| {
            let mut d = Draw::named(name);
            [d.next(), d.next(), d.next()]
        };
        assert_eq!(take("a"), take("a"));
        assert_ne!(take("a"), take("b"));
    }

    #[test]
    fn bounds_hold_and_every_value_comes_up() {
        let mut d = Draw::named("bounds");
        let mut seen = [0_u32; 6];
        for _ in 0..6_000 {
            seen[d.below(6)] += 1;
        }
        assert!(seen.iter().all(|n| (800..1_200).contains(n)), "{seen:?}");
        assert!((0..100).all(|_| (3..=5).contains(&d.between(3, 5))));
        assert_eq!((d.below(0), d.pick::<u8>(&[])), (0, None));
    }

    #[test]
    fn some_keeps_the_order_and_the_number() {
        let mut d = Draw::named("some");
        for n in 0..7 {
            let picked = d.some(&[1, 2, 3, 4, 5], n);
            assert_eq!(picked.len(), n.min(5));
            assert!(picked.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
