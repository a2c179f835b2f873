//! Feeds into the SQL stores: what becomes of every row, that a feed sent again changes nothing, and that one which broke
//! off ends the same when it is sent again.

use std::{
    io::{Cursor, Read},
    path::PathBuf,
    sync::Arc,
};

use engine_sql::{inventory::SqlInventoryStore, items::SqlItemStore};
use services::{
    inbound::{
        Import, ImportError, Profile, Progress, Reject, Stock, Summary, generate::GeneratedFeed, import, supplier_named,
    },
    inventory::{Inventory, StockLevel},
    items::{AttributeValue, Category, Item, Items, item_id, ports::ItemStore, variant_id},
    kernel::{ids::SystemIds, money::Money},
};

use crate::support;

struct Shop {
    items: Items,
    inventory: Inventory,
    store: Arc<SqlItemStore>,
    stock: SqlInventoryStore,
    _fresh: support::TestDb,
}

async fn shop() -> Shop {
    let fresh = support::db().await;
    let store = Arc::new(SqlItemStore::new(fresh.db.clone()));
    let stock = SqlInventoryStore::new(fresh.db.clone());
    let items = Items::new(store.clone(), fresh.clock.clone(), Arc::new(SystemIds));
    let inventory = Inventory::new(Arc::new(stock.clone()), fresh.clock.clone());
    Shop { items, inventory, store, stock, _fresh: fresh }
}

/// Everything that an import leaves behind.
#[derive(Debug, PartialEq)]
struct State {
    items: Vec<Item>,
    categories: Vec<Category>,
    levels: Vec<StockLevel>,
}

impl Shop {
    async fn state(&self) -> State {
        use services::inventory::ports::InventoryStore;
        State {
            items: self.store.scan(None, 1_000_000).await.expect("a scan"),
            categories: self.store.categories().await.expect("a read"),
            levels: self.stock.scan_levels(None, 1_000_000).await.expect("a scan"),
        }
    }

    async fn item(&self, profile: &str, key: &str) -> Item {
        let id = item_id(supplier_named(profile), key);
        self.store.items_by_ids(&[id]).await.expect("a read").remove(&id).expect("the item")
    }

    async fn import(
        &self,
        profile: &str,
        reader: impl Read + Send + 'static,
    ) -> (Result<Summary, ImportError>, Vec<Reject>) {
        let how = Import {
            profile: Profile::named(profile).expect("a shipped profile"),
            supplier: supplier_named(profile),
            stock: Some(Stock { warehouses: vec!["BLR1".to_owned(), "DEL1".to_owned()], quantity: None }),
        };
        let mut rejects = Vec::new();
        let summary = import(reader, how, &self.items, &self.inventory, |progress| {
            if let Progress::Rejected(reject) = progress {
                rejects.push(reject);
            }
        })
        .await;
        rejects.sort_by_key(|r| r.line);
        (summary, rejects)
    }

    /// Imports a feed that can be read, twice: the second time must change nothing.
    async fn import_twice(&self, profile: &str, bytes: Vec<u8>) -> (Summary, Vec<Reject>) {
        let (first, rejects) = self.import(profile, Cursor::new(bytes.clone())).await;
        let first = first.expect("a feed that can be read");
        let before = self.state().await;
        let (second, same) = self.import(profile, Cursor::new(bytes)).await;
        let second = second.expect("a feed that can be read");
        assert_eq!((second.created, second.updated, second.categories), (0, 0, 0), "{second:?}");
        assert_eq!((second.rows, second.accepted, second.rejected), (first.rows, first.accepted, first.rejected));
        assert_eq!(second.unchanged, first.created);
        assert_eq!(same, rejects);
        assert_eq!(self.state().await, before);
        assert_eq!(first.rows, first.accepted + first.rejected, "every row is accepted or rejected");
        (first, rejects)
    }
}

fn feed(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/feeds").join(name))
        .expect("a feed of the tests")
}

fn lines(rejects: &[Reject]) -> Vec<(u64, &str)> {
    rejects.iter().map(|r| (r.line, r.reason.as_str())).collect()
}

fn counts(summary: &Summary) -> (u64, u64, u64, u64) {
    (summary.rows, summary.accepted, summary.rejected, summary.created)
}

#[tokio::test]
async fn typed_json_lines() {
    let shop = shop().await;
    let (summary, rejects) = shop.import_twice("icecat", feed("typed.jsonl")).await;
    assert_eq!(counts(&summary), (9, 3, 6, 3));
    assert_eq!(
        lines(&rejects),
        [
            (4, "there is no price"),
            (5, "malformed JSON at column 27"),
            (6, "attr_n_width: a number is expected, \"wide\" came"),
            (7, "an earlier row of the feed has the same key"),
            (8, "the price is 0: a price is more than nothing"),
            (9, "a JSON object is expected"),
        ]
    );
    let ink = shop.item("icecat", "1").await;
    assert_eq!((ink.variants[0].price, ink.brand.as_deref()), (Money::inr(83_500), Some("Acme")));
    assert_eq!(ink.attributes.len(), 3);
    let keys = shop.item("icecat", "2").await;
    assert_eq!((keys.title.as_str(), keys.description.as_deref()), ("हिन्दी कीबोर्ड 🎹", Some("Keys & more")));
    assert_eq!(keys.attributes[0].key, "type_number", "another item's type is a text");
    let tree = shop.items.tree().await.expect("a tree");
    let path: Vec<&str> = tree.path(shop.item("icecat", "7").await.category).iter().map(|c| c.name.as_str()).collect();
    assert_eq!(path, ["Electronics", "Cables & adapters"]);
    let width = tree.definition(ink.category, "width").expect("a definition made from the column");
    assert_eq!((width.unit.as_deref(), width.label.as_str()), (Some("mm"), "Width"));
}

#[tokio::test]
async fn comma_separated_values_with_hashes() {
    let shop = shop().await;
    let (summary, rejects) = shop.import_twice("flipkart", feed("general.csv")).await;
    assert_eq!(counts(&summary), (8, 4, 4, 4));
    assert_eq!(
        lines(&rejects),
        [
            (4, "there is no discounted_price or retail_price"),
            (7, "4 fields where the header has 11"),
            (8, "text follows a closing quote"),
            (10, "malformed Ruby hash at byte 7: a value is expected"),
        ]
    );
    let shorts = shop.item("flipkart", "a1").await;
    assert_eq!(shorts.variants[0].list_price, Some(Money::inr(99_900)));
    assert_eq!((shorts.images.len(), shorts.rating.map(|r| r.average)), (2, Some(4.5)));
    assert_eq!(shorts.attributes[0].value, AttributeValue::Text("Cotton".to_owned()));
    assert_eq!(shop.item("flipkart", "a4").await.title, "Quote \"inside\", comma and a line");
    let tree = shop.items.tree().await.expect("a tree");
    let name = |item: &Item| tree.get(item.category).map(|c| c.name.clone()).unwrap_or_default();
    assert_eq!(name(&shorts), "Shorts");
    assert_eq!(name(&shop.item("flipkart", "a2").await), "More in store");
}

#[tokio::test]
async fn rows_that_are_variants_of_others() {
    let shop = shop().await;
    let (summary, rejects) = shop.import_twice("magento-apparel", feed("apparel.csv")).await;
    assert_eq!(counts(&summary), (6, 4, 2, 2));
    assert_eq!(
        lines(&rejects),
        [
            (6, "no row near it names it as a variant, and it is not sold by itself"),
            (8, "none of its variants is in the feed"),
        ]
    );
    let hoodie = shop.item("magento-apparel", "H").await;
    assert_eq!(hoodie.description.as_deref(), Some("Warm & soft.\n\n• Washable"));
    let variants: Vec<_> =
        hoodie.variants.iter().map(|v| (v.sku.as_str(), v.price, v.options[0].value.as_str())).collect();
    assert_eq!(variants, [("H-S-Red", Money::inr(434_200), "S"), ("H-M-Red", Money::inr(455_100), "M")]);
    let value = |key: &str| hoodie.attributes.iter().find(|a| a.key == key).map(|a| a.value.clone());
    assert_eq!(value("size"), Some(AttributeValue::List(vec!["S".to_owned(), "M".to_owned()])));
    assert_eq!(value("eco_collection"), Some(AttributeValue::Boolean(true)));
    assert_eq!(value("pattern"), Some(AttributeValue::List(vec!["Solid".to_owned()])));
    assert_eq!(hoodie.images[1].url, "/images/magento-apparel/h/alt.jpg");
    let supplier = supplier_named("magento-apparel");
    let [small, medium, bag] = ["H-S-Red", "H-M-Red", "BAG"].map(|sku| variant_id(supplier, sku));
    let levels = shop.inventory.levels(&[small, medium, bag]).await.expect("a read");
    let told = |v| levels.get(&v).map(|l| l.iter().map(|l| (l.warehouse.as_str(), l.available)).collect::<Vec<_>>());
    assert_eq!(told(small), Some(vec![("BLR1", 100), ("DEL1", 100)]));
    assert_eq!(told(medium), None, "nothing of it is in stock");
    assert_eq!(told(bag), Some(vec![("BLR1", 7), ("DEL1", 7)]));
}

#[tokio::test]
async fn one_json_array_and_a_tree_of_categories() {
    let shop = shop().await;
    let (summary, rejects) = shop.import_twice("bestbuy-phones", feed("phones.json")).await;
    assert_eq!(counts(&summary), (5, 2, 3, 2));
    assert_eq!(
        lines(&rejects),
        [
            (4, "the price is wrong: `ask` is not an amount: write digits, at most one decimal point"),
            (5, "there is no image"),
            (6, "malformed JSON at column 43"),
        ]
    );
    let (summary, _) = shop.import_twice("bestbuy-categories", feed("tree.json")).await;
    assert_eq!((summary.accepted, summary.rejected, summary.categories), (3, 0, 3));
    let tree = shop.items.tree().await.expect("a tree");
    let speakers = tree.by_slug("speakers").expect("the branch");
    assert_eq!(tree.path(speakers.id).len(), 2);
}

#[tokio::test]
async fn a_feed_of_another_profile_is_told_at_once() {
    let shop = shop().await;
    let (told, _) = shop.import("flipkart", Cursor::new(feed("apparel.csv"))).await;
    let told = told.expect_err("another profile").to_string();
    assert!(told.contains("the feed has no column `uniq_id`"), "{told}");
    let (told, _) = shop.import("bestbuy-phones", Cursor::new(feed("apparel.csv"))).await;
    assert!(told.is_err_and(|e| e.to_string().contains("JSON array")));
}

/// Reads well up to a place and then fails, as a connection does.
struct BreaksOff<R>(R);

impl<R: Read> Read for BreaksOff<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(std::io::Error::other("the connection is gone")),
            n => Ok(n),
        }
    }
}

#[tokio::test]
async fn a_feed_that_broke_off_ends_the_same_when_sent_again() {
    let whole = shop().await;
    whole.import("magento-apparel", GeneratedFeed::new(3_003)).await.0.expect("a whole feed");
    let whole = whole.state().await;
    assert_eq!(whole.items.len(), 603);
    let broken = shop().await;
    for bytes in [0, 100_000, 150_000, 340_000] {
        let (told, _) = broken.import("magento-apparel", BreaksOff(GeneratedFeed::new(3_003).take(bytes))).await;
        assert!(told.is_err_and(|e| e.to_string().contains("the connection is gone")));
    }
    let between = broken.state().await.items.len();
    assert!((100..603).contains(&between), "{between} items were saved before it broke off");
    broken.import("magento-apparel", GeneratedFeed::new(3_003)).await.0.expect("a whole feed");
    assert_eq!(broken.state().await, whole);
}

#[tokio::test]
async fn a_supplier_changes_what_is_its_own_only() {
    let shop = shop().await;
    let first = "uniq_id,product_name,product_category_tree,retail_price,discounted_price\n1,Shirt,\"[\"\"A >> B\"\"]\",20,10\n";
    shop.import("flipkart", Cursor::new(first)).await.0.expect("a feed");
    let other = Import {
        profile: Profile::named("flipkart").expect("a shipped profile"),
        supplier: supplier_named("somebody else"),
        stock: None,
    };
    let changed = first.replace("20,10", "20,5");
    import(Cursor::new(changed), other, &shop.items, &shop.inventory, |_| {}).await.expect("a feed");
    let state = shop.state().await;
    assert_eq!(state.items.len(), 2);
    let mut prices: Vec<i64> = state.items.iter().map(|i| i.variants[0].price.minor).collect();
    prices.sort_unstable();
    assert_eq!((prices, state.categories.len()), (vec![500, 1_000], 1));
}

/// The real feeds, when `CHOWK_SHARED_DATA` names the folder that holds them: every row is accounted for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_feeds_are_accounted_for_row_by_row() {
    let Some(folder) = std::env::var_os("CHOWK_SHARED_DATA").map(PathBuf::from) else { return };
    let expected = [
        ("icecat", "icecat/products.jsonl.gz", (19_406, 19_406, 0)),
        ("flipkart", "flipkart/products.csv.gz", (15_993, 15_932, 61)),
        ("flipkart", "flipkart/products_full.csv.gz", (793, 789, 4)),
        ("magento-apparel", "magento-apparel/products.csv.gz", (1_994, 1_994, 0)),
        ("bestbuy-phones", "bestbuy/products_cell_phones.json.gz", (3_291, 3_291, 0)),
        ("bestbuy-categories", "bestbuy/categories.json.gz", (4_584, 4_584, 0)),
    ];
    for (profile, file, wanted) in expected {
        let shop = shop().await;
        let bytes = std::fs::read(folder.join(file)).expect("the real feed");
        let (summary, rejects) = shop.import_twice(profile, bytes).await;
        println!("{file}: {summary:?} {:?}", lines(&rejects).iter().take(3).collect::<Vec<_>>());
        assert_eq!((summary.rows, summary.accepted, summary.rejected), wanted, "{file}");
    }
}
