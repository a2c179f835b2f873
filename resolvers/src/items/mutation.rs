//! Operators' changes of items, categories and attributes.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::{
    items::{Category as Row, ItemDraft},
    kernel::{
        caller::Role,
        ids::{CategoryId, ItemId, SupplierId},
    },
};
use uuid::Uuid;

use super::{
    category::Category,
    inputs::{AttributeDefinitionInput, ItemInput, images},
    types::Item,
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, UserError, payload},
    ids,
};

/// The shop itself, as the supplier of items that operators make.
pub const HOUSE: SupplierId = SupplierId(Uuid::from_u128(0x6368_6f77_6b00_5000_8000_0000_0000_0001));

/// What `saveItem` needs.
#[derive(InputObject)]
pub struct SaveItemInput {
    /// The whole item; saving the same item again changes nothing.
    pub item: ItemInput,
}
payload! {
    /// What `saveItem` answers.
    SaveItemPayload {
        /// The item after it.
        item: Item,
    }
}

/// What `withdrawItem` needs.
#[derive(InputObject)]
pub struct WithdrawItemInput {
    /// Which one.
    pub id: ID,
    /// False puts it back on sale.
    #[graphql(default = true)]
    pub withdrawn: bool,
}
payload! {
    /// What `withdrawItem` answers.
    WithdrawItemPayload {
        /// The item after it; orders and links still resolve it.
        item: Item,
    }
}

/// What `saveCategory` needs.
#[derive(InputObject)]
pub struct SaveCategoryInput {
    /// Which one to change; a new one without it.
    pub id: Option<ID>,
    /// As in the address; made from the name without it.
    pub slug: Option<String>,
    /// As shown.
    pub name: String,
    /// The branch above; at the top without it.
    pub parent_id: Option<ID>,
    /// Place among its siblings; the last without it.
    pub position: Option<i32>,
}
payload! {
    /// What `saveCategory` answers.
    SaveCategoryPayload {
        /// The category after it.
        category: Category,
    }
}

/// What `saveAttributeDefinition` needs.
#[derive(InputObject)]
pub struct SaveAttributeDefinitionInput {
    /// Whose items may have the attribute, those of the branches below included.
    pub category_id: ID,
    /// The definition; one with its key is replaced.
    pub definition: AttributeDefinitionInput,
}
payload! {
    /// What `saveAttributeDefinition` answers.
    SaveAttributeDefinitionPayload {
        /// The category after it.
        category: Category,
    }
}

/// What `removeCategory` needs.
#[derive(InputObject)]
pub struct RemoveCategoryInput {
    /// Which one; it must have neither items nor branches.
    pub id: ID,
}
payload! {
    /// What `removeCategory` answers.
    RemoveCategoryPayload {
        /// The category that is gone.
        removed_id: ID,
    }
}

/// The part of the mutation root about items.
#[derive(Default)]
pub struct ItemsMutation;

#[Object]
impl ItemsMutation {
    /// Operator: a new or changed item. An older version never overwrites a newer.
    async fn save_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveItemInput,
    ) -> Option<Result<SaveItemPayload>> {
        let done = save_item(&ctx.scope(), input.item).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Operator: take an item off the shop, or put it back.
    async fn withdraw_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: WithdrawItemInput,
    ) -> Option<Result<WithdrawItemPayload>> {
        let done = withdraw(&ctx.scope(), &input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Operator: a new or changed category.
    async fn save_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveCategoryInput,
    ) -> Option<Result<SaveCategoryPayload>> {
        let done = save_category(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Operator: a new or changed attribute of a category.
    async fn save_attribute_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveAttributeDefinitionInput,
    ) -> Option<Result<SaveAttributeDefinitionPayload>> {
        let done = save_definition(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Operator: remove a category that has neither items nor branches.
    async fn remove_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RemoveCategoryInput,
    ) -> Option<Result<RemoveCategoryPayload>> {
        let done = remove_category(&ctx.scope(), &input.id).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn save_item(scope: &Scope, input: ItemInput) -> Attempt<SaveItemPayload> {
    scope.require(Role::Operator)?;
    let draft = draft(scope, input).await?;
    let saved = scope.shop.items.save(vec![draft]).await?.pop();
    let missing = || Stop::simple(ErrorCode::NotFound, "nothing was saved", &["item"]);
    let (id, _) = saved.ok_or_else(missing)?.map_err(under_item)?;
    Ok(SaveItemPayload { item: reread(scope, id).await?, ..Default::default() })
}

/// Paths of the item service are below `item` in the input.
fn under_item(error: services::items::Error) -> Stop {
    match Stop::from(error) {
        Stop::Told(mut errors) => {
            for error in &mut errors {
                if let UserError::SimpleError(e) = error {
                    e.path.insert(0, "item".to_owned());
                }
            }
            Stop::Told(errors)
        }
        other => other,
    }
}

async fn draft(scope: &Scope, input: ItemInput) -> Attempt<ItemDraft> {
    let tree = scope.shop.items.tree().await?;
    let no_category = || Stop::simple(ErrorCode::NotFound, "there is no such category", &["item", "categorySlug"]);
    let category = tree.by_slug(&input.category_slug).ok_or_else(no_category)?.id;
    let present = match &input.id {
        Some(id) => Some(present(scope, id).await?),
        None => None,
    };
    let (supplier, external_id) = match (&present, input.external_id) {
        (Some(item), _) => (item.supplier, item.external_id.clone()),
        (None, Some(external_id)) => (supplier(scope).await?, external_id),
        (None, None) => {
            let message = "a new item needs a name of its own: externalId";
            return Err(Stop::simple(ErrorCode::InvalidInput, message, &["item", "externalId"]));
        }
    };
    let negative = |_| Stop::simple(ErrorCode::InvalidInput, "versions count up from 1", &["item", "version"]);
    Ok(ItemDraft {
        supplier,
        external_id,
        version: input.version.map(|v| u64::try_from(v.0)).transpose().map_err(negative)?,
        category,
        images: images(input.image_urls, &input.title),
        title: input.title,
        brand: input.brand,
        description: input.description,
        rating: present.and_then(|item| item.rating),
        attributes: input.attributes.into_iter().map(Into::into).collect(),
        handling: input.handling.into(),
        variants: input.variants.into_iter().map(Into::into).collect(),
    })
}

async fn present(scope: &Scope, id: &ID) -> Attempt<std::sync::Arc<services::items::Item>> {
    let path = &["item", "id"];
    let id: ItemId = ids::parse(id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, path)]))?;
    let missing = || Stop::simple(ErrorCode::NotFound, "there is no such item", path);
    scope.loaders.item(id).await?.ok_or_else(missing)
}

/// Whose items the operator's account makes.
async fn supplier(scope: &Scope) -> Attempt<SupplierId> {
    let Some(id) = scope.caller.shopper() else { return Ok(HOUSE) };
    Ok(scope.shop.users.shopper(id).await?.and_then(|a| a.supplier).unwrap_or(HOUSE))
}

/// The item as it is after a write, past the loaders' memory.
async fn reread(scope: &Scope, id: ItemId) -> Attempt<Option<Item>> {
    Ok(scope.shop.items.items(&[id]).await?.remove(&id).map(Item))
}

async fn withdraw(scope: &Scope, input: &WithdrawItemInput) -> Attempt<WithdrawItemPayload> {
    scope.require(Role::Operator)?;
    let id: ItemId = ids::parse(&input.id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["id"])]))?;
    scope.shop.items.withdraw(id, input.withdrawn).await?;
    Ok(WithdrawItemPayload { item: reread(scope, id).await?, ..Default::default() })
}

fn category_id(id: &ID, field: &str) -> Attempt<CategoryId> {
    ids::parse(id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &[field])]))
}

async fn save_category(scope: &Scope, input: SaveCategoryInput) -> Attempt<SaveCategoryPayload> {
    scope.require(Role::Operator)?;
    let tree = scope.shop.items.tree().await?;
    let parent = input.parent_id.as_ref().map(|id| category_id(id, "parentId")).transpose()?;
    let siblings = parent.map_or_else(|| tree.top(), |id| tree.children(id));
    let last = siblings.last().map_or(0, |c| c.position.saturating_add(1));
    let negative = |_| Stop::simple(ErrorCode::InvalidInput, "a place is not negative", &["position"]);
    let position = input.position.map(u32::try_from).transpose().map_err(negative)?;
    let row = match &input.id {
        Some(id) => {
            let missing = || Stop::simple(ErrorCode::NotFound, "there is no such category", &["id"]);
            let present = tree.get(category_id(id, "id")?).ok_or_else(missing)?;
            let slug = input.slug.unwrap_or_else(|| present.slug.clone());
            let position = position.unwrap_or(present.position);
            Row { id: present.id, parent, slug, name: input.name, position, attributes: present.attributes.clone() }
        }
        None => {
            let id = CategoryId(scope.shop.ids.next(scope.shop.clock.now()));
            let slug = input.slug.unwrap_or_default();
            Row { id, parent, slug, name: input.name, position: position.unwrap_or(last), attributes: Vec::new() }
        }
    };
    let saved = scope.shop.items.save_category(row).await?;
    Ok(SaveCategoryPayload { category: Category::find(scope, saved.id).await?, ..Default::default() })
}

async fn save_definition(
    scope: &Scope,
    input: SaveAttributeDefinitionInput,
) -> Attempt<SaveAttributeDefinitionPayload> {
    scope.require(Role::Operator)?;
    let id = category_id(&input.category_id, "categoryId")?;
    let saved = scope.shop.items.save_definition(id, input.definition.into()).await?;
    Ok(SaveAttributeDefinitionPayload { category: Category::find(scope, saved.id).await?, ..Default::default() })
}

async fn remove_category(scope: &Scope, id: &ID) -> Attempt<RemoveCategoryPayload> {
    scope.require(Role::Operator)?;
    let id = category_id(id, "id")?;
    scope.shop.items.remove_category(id).await?;
    Ok(RemoveCategoryPayload { removed_id: Some(ids::of(id)), ..Default::default() })
}
