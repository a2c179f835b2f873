//! A sum of effects, one per key of each factor, fitted by going round the factors (backfitting). An effect is drawn to
//! nothing as if so many more rows without any effect had been seen: a rare lane falls back to its destination, a rare
//! destination to the network.

use super::model::{FACTORS, Row};

/// Rounds over the factors; later ones change nothing that shows.
const ROUNDS: usize = 8;

/// The fitted sum.
#[derive(Debug, Clone)]
pub(super) struct Additive {
    mean: f64,
    effects: [Vec<f64>; FACTORS],
}

impl Additive {
    /// Fits `values[i]` of `rows[i]`. `pull` is the strength of the draw per factor, in rows.
    pub fn fit(rows: &[&Row], values: &[f64], sizes: [usize; FACTORS], pull: [f64; FACTORS]) -> Self {
        debug_assert_eq!(rows.len(), values.len());
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let mut effects = sizes.map(|n| vec![0.0; n]);
        let mut left: Vec<f64> = values.iter().map(|v| v - mean).collect();
        for _ in 0..ROUNDS {
            for (factor, effects) in effects.iter_mut().enumerate() {
                let mut sums = vec![(0.0, 0.0); effects.len()];
                for (row, left) in rows.iter().zip(&left) {
                    let key = row.keys[factor];
                    sums[key].0 += left + effects[key];
                    sums[key].1 += 1.0;
                }
                let fresh: Vec<f64> = sums.iter().map(|(sum, n)| sum / (n + pull[factor])).collect();
                for (row, left) in rows.iter().zip(&mut left) {
                    let key = row.keys[factor];
                    *left += effects[key] - fresh[key];
                }
                *effects = fresh;
            }
        }
        Self { mean, effects }
    }

    /// The sum for a row; keys that were never seen add nothing.
    pub fn value(&self, row: &Row) -> f64 {
        self.mean + row.keys.iter().zip(&self.effects).map(|(key, e)| e[*key]).sum::<f64>()
    }
}
