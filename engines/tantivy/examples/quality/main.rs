//! Measures how well the index ranks, on a judged catalogue: `cargo run -p engine-tantivy --example quality -- FOLDER`,
//! where FOLDER holds `products.jsonl.gz` and `judgments_dev.csv`. Prints nDCG@10 and how much of the first ten is judged,
//! over all queries and by folds, with and without the synonyms; fails under the bar.
//!
//! Nothing is tuned to a single query: a fold is chosen by the hash of the query, and only means count. No term of the
//! synonyms file may be a judged query; that is checked here as well.

mod judged;
#[path = "../../tests/shop/mod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod shop;

use std::{fs::File, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use judged::{Judgments, Score};
use services::{
    inbound::{self, Import, Profile},
    logistics::Network,
    search::{IndexQuery, Synonyms, ports::SearchIndex, words},
};
use shop::{NOW, Shop};

/// The mean nDCG@10 that must be reached.
const BAR: f64 = 0.74;
/// The import profile of the catalogue, which also names its supplier.
const PROFILE: &str = "icecat";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().context("pass the folder with products.jsonl.gz and judgments_dev.csv")?);
    let verbose = args.next().as_deref() == Some("--queries");
    let judgments = Judgments::read(&folder.join("judgments_dev.csv"))?;
    let started = Instant::now();
    let shop = fill(folder.join("products.jsonl.gz")).await?;
    println!("{} items in {:.1} s", shop.index.count().await?, started.elapsed().as_secs_f64());
    let shipped = Synonyms::shipped();
    for query in judgments.queries() {
        let stems: Vec<String> = words::asked(query).into_iter().map(|w| w.stem).collect();
        let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
        let whole = shipped.wider(&stems).into_iter().any(|w| w.words == stems.len());
        ensure!(!whole, "`{query}` is a judged query and a term of the synonyms file");
    }
    let plain = measure(&shop, &judgments, Synonyms::default(), false).await?;
    let wide = measure(&shop, &judgments, shipped, verbose).await?;
    report("without synonyms", &plain);
    report("with the shipped synonyms", &wide);
    let (plain, wide) = (Score::mean(&plain).ndcg, Score::mean(&wide).ndcg);
    Ok(if plain.min(wide) < BAR { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The catalogue goes the way of every feed: import, consumer, index.
async fn fill(products: PathBuf) -> Result<Shop> {
    let shop = Shop::open(Network::default()).await;
    let file = File::open(&products).with_context(|| format!("opening {}", products.display()))?;
    let profile = Profile::named(PROFILE)?;
    let import = Import { supplier: judged::supplier(&profile), profile, stock: None };
    let summary = inbound::import(file, import, &shop.items, &shop.inventory, |_| {}).await?;
    ensure!(summary.rejected == 0, "{} rows of the catalogue were refused", summary.rejected);
    shop.search.rebuild().await?;
    Ok(shop)
}

async fn measure(
    shop: &Shop,
    judgments: &Judgments,
    synonyms: Synonyms,
    verbose: bool,
) -> Result<Vec<(String, Score)>> {
    let synonyms = Arc::new(synonyms);
    let mut scores = Vec::new();
    for query in judgments.answerable() {
        let asked = IndexQuery { synonyms: synonyms.clone(), ..IndexQuery::of(query, 10) };
        let answer = shop.index.search(asked, NOW).await?;
        let hits: Vec<_> = answer.hits.iter().map(|h| h.item).collect();
        let score = judgments.score(query, &hits);
        if verbose {
            println!("{query:<28} nDCG@10 {:.3}  judged@10 {:.2}  hits {}", score.ndcg, score.judged, answer.total);
        }
        scores.push((query.to_owned(), score));
    }
    Ok(scores)
}

fn report(name: &str, scores: &[(String, Score)]) {
    let mean = Score::mean(scores);
    println!("{name}: {} queries, nDCG@10 {:.4}, judged@10 {:.3}", scores.len(), mean.ndcg, mean.judged);
    let folds: Vec<String> =
        judged::folds(scores).iter().map(|fold| format!("{:.4} ({})", Score::mean(fold).ndcg, fold.len())).collect();
    println!("  by folds: {}", folds.join("  "));
}
