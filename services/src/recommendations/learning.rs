//! What is learnt from past baskets: which things are found together, how much each is bought of late, and what each
//! buyer comes back for. Pure and free of ids: things and buyers are numbers, so that the same code learns a shop's own
//! past and the data sets of `make quality-recommendations`.
//!
//! Things found together are told by a cosine over baskets, weighed by age (what was bought long ago counts less) and by
//! size (that two things lie in a basket of two says more than that they lie in one of a hundred). What the buyer bought
//! before is added with its own decay. The weights were chosen on the last of the time splits that the command prints.

use std::collections::{HashMap, HashSet};

/// How much the parts weigh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// After so many days a basket counts half.
    pub half_life_days: f64,
    /// Exponent of a basket's size by which it is divided; 0 counts all baskets alike.
    pub size: f64,
    /// Exponent of the count of the thing recommended; what remains to one is that of the thing known. 0.5 is the cosine.
    pub towards: f64,
    /// Added to each count, so that one chance meeting is not certainty.
    pub shrink: f64,
    /// Things kept beside each.
    pub neighbours: usize,
    /// Exponent of a cart's size by which the votes of its things are divided.
    pub cart: f64,
    /// What one earlier purchase weighs beside the votes of the cart.
    pub repeat: f64,
    /// After so many days an earlier purchase weighs half.
    pub repeat_half_life_days: f64,
}

impl Weights {
    /// The shop's.
    pub const OURS: Self = Self {
        half_life_days: 90.0,
        size: 0.8,
        towards: 0.6,
        shrink: 0.3,
        neighbours: 100,
        cart: 0.7,
        repeat: 0.05,
        repeat_half_life_days: 60.0,
    };
    /// The plain cosine of things over baskets: what ours is compared with.
    pub const COSINE: Self = Self {
        half_life_days: f64::INFINITY,
        size: 0.0,
        towards: 0.5,
        shrink: 0.0,
        neighbours: usize::MAX,
        cart: 0.0,
        repeat: 0.0,
        repeat_half_life_days: f64::INFINITY,
    };
}

/// Baskets larger than this are a reseller's list, and would cost the square of their size.
pub const BASKET_MAX: usize = 150;
/// Times that an earlier purchase is counted at most.
const REPEATS_MAX: f64 = 3.0;

/// Things found together, at one time, by one buyer if it is known who.
#[derive(Clone, Debug, PartialEq)]
pub struct Basket {
    /// Who bought; `None` when unknown.
    pub who: Option<u32>,
    /// Days since any fixed day.
    pub day: f64,
    /// How much it counts: 1 for a purchase, less for what was only looked at.
    pub weight: f64,
    /// The things, each once.
    pub things: Vec<u32>,
}

/// How much of a thing is left after an age: halved by each half-life. What lies ahead counts as now.
pub fn decay(age_days: f64, half_life_days: f64) -> f64 {
    if half_life_days.is_infinite() { 1.0 } else { 0.5_f64.powf(age_days.max(0.0) / half_life_days) }
}

/// What was learnt about things.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learnt {
    /// By thing: what is found with it, nearest first, with how near (above 0).
    pub beside: Vec<Vec<(u32, f32)>>,
    /// By thing: how much it is bought of late.
    pub popular: Vec<f32>,
}

/// Learns from baskets as of a day. The same baskets give the same, in whatever order they come.
pub fn learn(baskets: &[Basket], things: usize, today: f64, weights: &Weights) -> Learnt {
    let mut counts = vec![0.0_f64; things];
    let mut popular = vec![0.0_f32; things];
    let mut pairs: Vec<HashMap<u32, f32>> = vec![HashMap::new(); things];
    for basket in baskets.iter().filter(|b| !b.things.is_empty() && b.things.len() <= BASKET_MAX) {
        let recent = basket.weight * decay(today - basket.day, weights.half_life_days);
        #[expect(clippy::cast_precision_loss, reason = "baskets hold at most BASKET_MAX things")]
        let weight = recent / (basket.things.len() as f64).powf(weights.size);
        for thing in &basket.things {
            let at = *thing as usize;
            counts[at] += weight;
            popular[at] += narrow(recent);
            for other in basket.things.iter().filter(|o| *o != thing) {
                *pairs[at].entry(*other).or_default() += narrow(weight);
            }
        }
    }
    let beside = pairs.into_iter().enumerate().map(|(at, found)| {
        let near = |(other, together): (u32, f32)| {
            let from = (counts[at] + weights.shrink).powf(1.0 - weights.towards);
            let to = (counts[other as usize] + weights.shrink).powf(weights.towards);
            (other, narrow(f64::from(together) / (from * to)))
        };
        let mut near: Vec<(u32, f32)> = found.into_iter().map(near).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near.truncate(weights.neighbours);
        near
    });
    Learnt { beside: beside.collect(), popular }
}

#[expect(clippy::cast_possible_truncation, reason = "scores need no more than seven digits")]
fn narrow(score: f64) -> f32 {
    score as f32
}

/// A thing that was scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The thing.
    pub thing: u32,
    /// How well it fits; above 0.
    pub score: f64,
    /// The known thing that speaks most for it; `None` when the buyer's own purchases do.
    pub because: Option<u32>,
}

/// What fits known things and earlier purchases (each with its age in days), best first, at most `most`. The known things
/// themselves are left out; what was bought before may come again.
pub fn recommend(learnt: &Learnt, known: &[u32], bought: &[(u32, f64)], most: usize, weights: &Weights) -> Vec<Scored> {
    let left_out: HashSet<u32> = known.iter().copied().collect();
    #[expect(clippy::cast_precision_loss, reason = "carts hold at most a hundred lines")]
    let share = 1.0 / (known.len().max(1) as f64).powf(weights.cart);
    // By thing: the sum, the loudest single vote and whose it is.
    let mut votes: HashMap<u32, (f64, f64, Option<u32>)> = HashMap::new();
    for from in known {
        for (thing, near) in learnt.beside.get(*from as usize).into_iter().flatten() {
            let vote = f64::from(*near) * share;
            let (sum, loudest, because) = votes.entry(*thing).or_default();
            *sum += vote;
            if vote > *loudest {
                (*loudest, *because) = (vote, Some(*from));
            }
        }
    }
    for (thing, times) in repeats(bought, weights) {
        let vote = weights.repeat * times.min(REPEATS_MAX);
        let (sum, loudest, because) = votes.entry(thing).or_default();
        *sum += vote;
        if vote > *loudest {
            (*loudest, *because) = (vote, None);
        }
    }
    let of_late = |thing: u32| learnt.popular.get(thing as usize).copied().unwrap_or_default();
    let mut found: Vec<Scored> = votes
        .into_iter()
        .filter(|(thing, (score, ..))| !left_out.contains(thing) && *score > 0.0)
        .map(|(thing, (score, _, because))| Scored { thing, score, because })
        .collect();
    found.sort_by(|a, b| {
        let by_score = b.score.total_cmp(&a.score);
        by_score.then_with(|| of_late(b.thing).total_cmp(&of_late(a.thing))).then(a.thing.cmp(&b.thing))
    });
    found.truncate(most);
    found
}

/// Earlier purchases by thing, each weighed by its age; in the order of things.
fn repeats(bought: &[(u32, f64)], weights: &Weights) -> Vec<(u32, f64)> {
    if weights.repeat <= 0.0 {
        return Vec::new();
    }
    let mut times: HashMap<u32, f64> = HashMap::new();
    for (thing, age) in bought {
        *times.entry(*thing).or_default() += decay(*age, weights.repeat_half_life_days);
    }
    let mut times: Vec<(u32, f64)> = times.into_iter().collect();
    times.sort_unstable_by_key(|(thing, _)| *thing);
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basket(day: f64, things: &[u32]) -> Basket {
        Basket { who: None, day, weight: 1.0, things: things.to_vec() }
    }
    fn first(learnt: &Learnt, known: &[u32]) -> Option<u32> {
        recommend(learnt, known, &[], 1, &Weights::OURS).first().map(|s| s.thing)
    }

    #[test]
    fn what_is_bought_together_is_recommended_with_what_speaks_for_it() {
        let learnt = learn(&[basket(1.0, &[0, 1]), basket(2.0, &[0, 1]), basket(2.0, &[2, 3])], 4, 3.0, &Weights::OURS);
        let found = recommend(&learnt, &[0, 2], &[], 9, &Weights::OURS);
        let told: Vec<_> = found.iter().map(|s| (s.thing, s.because)).collect();
        assert_eq!(told, [(1, Some(0)), (3, Some(2))], "twice is more than once, and what is known is left out");
    }

    #[test]
    fn the_order_of_baskets_does_not_matter() {
        let mut baskets: Vec<Basket> =
            (0..40_u32).map(|n| basket(f64::from(n), &[n % 5, 5 + n % 3, 8 + n % 2])).collect();
        let one = learn(&baskets, 10, 40.0, &Weights::COSINE);
        baskets.reverse();
        let other = learn(&baskets, 10, 40.0, &Weights::COSINE);
        let order = |l: &Learnt| (0..10).map(|t| first(l, &[t])).collect::<Vec<_>>();
        assert_eq!(order(&one), order(&other));
    }

    #[test]
    fn what_was_bought_long_ago_counts_less() {
        let old: Vec<Basket> = (0..3).map(|_| basket(0.0, &[0, 1])).collect();
        let new: Vec<Basket> = (0..2).map(|_| basket(364.0, &[0, 2])).collect();
        let all = [old, new].concat();
        assert_eq!(first(&learn(&all, 3, 365.0, &Weights::OURS), &[0]), Some(2));
        let plain = learn(&all, 3, 365.0, &Weights::COSINE);
        assert_eq!(recommend(&plain, &[0], &[], 1, &Weights::COSINE)[0].thing, 1);
    }

    #[test]
    fn a_buyer_is_shown_again_what_was_bought_before() {
        let learnt = learn(&[basket(0.0, &[0, 1])], 4, 1.0, &Weights::OURS);
        let found = recommend(&learnt, &[], &[(3, 1.0), (3, 9.0), (2, 100.0)], 9, &Weights::OURS);
        assert_eq!(found.iter().map(|s| (s.thing, s.because)).collect::<Vec<_>>(), [(3, None), (2, None)]);
        assert!(recommend(&learnt, &[3, 2], &[(3, 1.0), (2, 1.0)], 9, &Weights::OURS).is_empty());
    }

    #[test]
    fn a_resellers_list_teaches_nothing() {
        let list: Vec<u32> = (0..200).collect();
        let learnt = learn(&[basket(0.0, &list)], 200, 0.0, &Weights::OURS);
        assert!(learnt.beside.iter().all(Vec::is_empty));
    }

    #[test]
    fn nothing_is_recommended_of_nothing() {
        assert!(recommend(&Learnt::default(), &[7], &[], 9, &Weights::OURS).is_empty());
        assert_eq!(decay(-5.0, 60.0), 1.0, "a clock that runs ahead does not make a basket heavier");
        assert_eq!(decay(60.0, 60.0), 0.5);
    }
}
