//! The item service on SQL: what drafts, prices and categories do to what is stored, cached and told.

use std::sync::Arc;

use engine_sql::items::SqlItemStore;
use services::{
    items::{
        Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, Error, Item, ItemDraft, Items,
        VariantDraft,
        ports::{ItemStore, Saved},
        variant_id,
    },
    kernel::{
        clock::Timestamp,
        handling::HandlingClass,
        ids::{CategoryId, SupplierId, SystemIds},
        money::Money,
    },
};
use uuid::Uuid;

use crate::{items::events, support};

struct Shop {
    items: Items,
    store: Arc<SqlItemStore>,
    fresh: support::TestDb,
    category: CategoryId,
}

const SUPPLIER: SupplierId = SupplierId(Uuid::from_u128(3));

async fn shop() -> Shop {
    let fresh = support::db().await;
    let store = Arc::new(SqlItemStore::new(fresh.db.clone()));
    let items = Items::new(store.clone(), fresh.clock.clone(), Arc::new(SystemIds));
    let category = items.add_category(None, "Televisions".to_owned()).await.expect("a category");
    let definition = AttributeDefinition {
        key: "screen_size".to_owned(),
        label: "Screen size".to_owned(),
        kind: AttributeKind::Number,
        unit: Some("cm".to_owned()),
        facetable: true,
    };
    items.save_definition(category.id, definition).await.expect("a definition");
    Shop { items, store, fresh, category: category.id }
}

impl Shop {
    fn draft(&self, external_id: &str, sku: &str, title: &str) -> ItemDraft {
        let size = Attribute { key: "screen_size".to_owned(), value: AttributeValue::Number(139.7) };
        ItemDraft {
            supplier: SUPPLIER,
            external_id: external_id.to_owned(),
            version: None,
            category: self.category,
            title: title.to_owned(),
            brand: None,
            description: None,
            images: vec![],
            rating: None,
            attributes: vec![size],
            handling: HandlingClass::Large,
            variants: vec![VariantDraft {
                sku: sku.to_owned(),
                options: vec![],
                price: Money::inr(100),
                list_price: None,
            }],
        }
    }

    async fn save(&self, draft: ItemDraft) -> Result<Saved, Error> {
        let mut outcome = self.items.save(vec![draft]).await.expect("the store answers");
        outcome.pop().expect("an answer for each draft").map(|(_, saved)| saved)
    }

    async fn told(&self) -> usize {
        events(&self.fresh.db, "items").await.len()
    }
}

#[tokio::test]
async fn an_unchanged_draft_writes_nothing_and_says_nothing() {
    let shop = shop().await;
    assert_eq!(shop.save(shop.draft("1", "s1", "TV")).await.ok(), Some(Saved::Created));
    let told = shop.told().await;
    assert_eq!(shop.save(shop.draft("1", "s1", "TV")).await.ok(), Some(Saved::Stale { present: 1 }));
    assert_eq!(shop.told().await, told);
    assert_eq!(shop.save(shop.draft("1", "s1", "TV 2")).await.ok(), Some(Saved::Updated));
    assert_eq!(shop.told().await, told + 1);
}

#[tokio::test]
async fn good_drafts_are_saved_beside_refused_ones() {
    let shop = shop().await;
    let mut wrong = shop.draft("2", "s2", "TV");
    wrong.attributes[0].value = AttributeValue::Text("big".to_owned());
    let drafts =
        vec![shop.draft("1", "s1", "TV"), wrong, shop.draft("3", "s1", "TV"), shop.draft("1", "s1", "TV again")];
    let outcome = shop.items.save(drafts).await.expect("the store answers");
    let outcome: Vec<Result<Saved, String>> =
        outcome.into_iter().map(|r| r.map(|(_, saved)| saved).map_err(|e| e.to_string())).collect();
    assert_eq!(outcome[0], Ok(Saved::Created));
    let message = outcome[1].clone().expect_err("a wrong type");
    assert!(message.contains("attributes.screen_size: a number is expected, the text `big` came"), "{message}");
    let message = outcome[2].clone().expect_err("a SKU in two items");
    assert!(message.contains("variants[0].sku: the SKU s1 belongs to another item"), "{message}");
    assert_eq!(outcome[3], Ok(Saved::Updated));
    assert_eq!(shop.items.count().await.ok(), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_drafts_without_a_version_are_all_taken_one_after_the_other() {
    let shop = Arc::new(shop().await);
    let racers = (0..4).map(|n| {
        let shop = Arc::clone(&shop);
        tokio::spawn(
            async move { shop.save(shop.draft("1", "s1", &format!("TV {n}"))).await.map_err(|e| e.to_string()) },
        )
    });
    let outcomes = futures::future::try_join_all(racers).await.expect("no racer panics");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let stored = shop.store.scan(None, 10).await.expect("a scan");
    assert_eq!((stored.len(), stored[0].version), (1, 4));
}

#[tokio::test]
async fn an_explicit_version_that_is_older_is_refused() {
    let shop = shop().await;
    let at = |version, title: &str| ItemDraft { version: Some(version), ..shop.draft("1", "s1", title) };
    assert_eq!(shop.save(at(7, "TV")).await.ok(), Some(Saved::Created));
    assert_eq!(shop.save(at(7, "TV")).await.ok(), Some(Saved::Stale { present: 7 }));
    let refused = shop.save(at(6, "Old TV")).await;
    assert!(matches!(refused, Err(Error::Stale { offered: 6, present: 7 })), "{refused:?}");
}

#[tokio::test]
async fn prices_and_withdrawals_change_the_item_and_what_is_read() {
    let shop = shop().await;
    shop.save(shop.draft("1", "s1", "TV")).await.expect("a save");
    let variant = variant_id(SUPPLIER, "s1");
    let before = shop.items.items_of_variants(&[variant]).await.expect("a read");
    let (id, saved) = shop.items.set_price(variant, Money::inr(90), Some(Money::inr(100))).await.expect("a price");
    assert_eq!((id, saved), (before[&variant].id, Saved::Updated));
    let (_, again) = shop.items.set_price(variant, Money::inr(90), Some(Money::inr(100))).await.expect("a price");
    assert_eq!(again, Saved::Stale { present: 2 });
    let refused = shop.items.set_price(variant, Money::inr(90), Some(Money::inr(90))).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let unknown = shop.items.set_price(variant_id(SUPPLIER, "nope"), Money::inr(1), None).await;
    assert!(matches!(unknown, Err(Error::NotFound("variant"))), "{unknown:?}");
    shop.items.withdraw(id, true).await.expect("a withdrawal");
    let now = shop.items.items(&[id]).await.expect("a read");
    assert_eq!((now[&id].variants[0].price, now[&id].withdrawn, now[&id].version), (Money::inr(90), true, 3));
}

#[tokio::test]
async fn what_another_process_changed_is_read_after_it_is_forgotten() {
    let shop = shop().await;
    shop.save(shop.draft("1", "s1", "TV")).await.expect("a save");
    let stored = shop.store.scan(None, 1).await.expect("a scan").remove(0);
    let read =
        || async { shop.items.by_slugs(&["tv".to_owned()]).await.expect("a read").remove("tv").expect("the TV") };
    assert_eq!(read().await.title, "TV");
    let other = Item { title: "Other".to_owned(), version: 2, ..stored.clone() };
    shop.store.save(vec![other], Timestamp::from_seconds(9)).await.expect("a save");
    assert_eq!(read().await.title, "TV", "nobody has told yet");
    shop.items.forget(&[stored.id]);
    assert_eq!(read().await.title, "Other");
}

#[tokio::test]
async fn a_variant_that_moved_is_found_at_its_new_item() {
    let shop = shop().await;
    shop.save(shop.draft("1", "s1", "Old home")).await.expect("a save");
    let variant = variant_id(SUPPLIER, "s1");
    let home = || async { shop.items.items_of_variants(&[variant]).await.expect("a read")[&variant].title.clone() };
    assert_eq!(home().await, "Old home");
    shop.save(shop.draft("1", "s9", "Old home")).await.expect("a save");
    assert_eq!(home().await, "Old home", "old links still resolve");
    shop.save(shop.draft("2", "s1", "New home")).await.expect("a save");
    assert_eq!(home().await, "New home");
}

#[tokio::test]
async fn categories_are_checked_together_and_written_once() {
    let shop = shop().await;
    let id = |n: u128| CategoryId(Uuid::from_u128(n));
    let category = |n: u128, parent: Option<u128>| Category {
        id: id(n),
        parent: parent.map(id),
        slug: String::new(),
        name: "Same name".to_owned(),
        position: 0,
        attributes: vec![],
    };
    let saved = shop.items.save_categories(vec![category(12, Some(11)), category(11, None)]).await.expect("a save");
    assert_eq!(saved[0].slug, "same-name");
    assert_eq!(saved[1].slug, "same-name-00000b");
    let told = shop.told().await;
    shop.items.save_categories(vec![category(12, Some(11)), category(11, None)]).await.expect("a save");
    assert_eq!(shop.told().await, told, "the same again is not written");
    let cycle = shop.items.save_categories(vec![category(11, Some(12))]).await;
    assert!(matches!(cycle, Err(Error::Refused(_))), "{cycle:?}");
    let held = shop.items.remove_category(id(11)).await;
    assert!(matches!(held, Err(Error::Refused(_))), "{held:?}");
    shop.items.remove_category(id(12)).await.expect("nothing below it");
    assert!(matches!(shop.items.remove_category(id(12)).await, Err(Error::NotFound(_))));
    assert!(shop.items.tree().await.expect("a tree").get(id(12)).is_none());
}
