//! Chowk as one subgraph behind a gateway of Apollo Federation 2: `_service` and `_entities`, by a setting. What another
//! subgraph may extend is an item and an order, by their global id; who may see one is asked as `node` asks it. The
//! engine's own `_entities` is not used: it answers none when one representation is bad, and is there as soon as a type
//! has a key.

use std::sync::Arc;

use async_graphql::{Any, Context, MergedObject, Object, SDLExportOptions, SimpleObject, Union, Value};
use futures::future::join_all;
use services::kernel::ids::{ItemId, OrderId};

use crate::{
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling},
    ids,
    items::types::Item,
    orders::types::Order,
    schema::{self, Areas, Query},
};

/// The types that other subgraphs may extend, each by its field `id`.
const ENTITIES: [&str; 2] = ["Item", "Order"];

/// What a gateway can read: everything that a storefront can, and what gateways need.
#[derive(MergedObject)]
#[graphql(name = "Query")]
pub struct SubgraphQuery(Areas, FederationQuery);

impl SubgraphQuery {
    /// With the text that `_service` tells.
    pub fn new() -> Self {
        Self(Areas::default(), FederationQuery { sdl: sdl().into() })
    }
}

impl Default for SubgraphQuery {
    fn default() -> Self {
        Self::new()
    }
}

/// The part of the query root that gateways call.
pub struct FederationQuery {
    sdl: Arc<str>,
}

/// An object that other subgraphs may extend.
#[derive(Union)]
#[graphql(name = "_Entity")]
pub enum Entity {
    /// What is shown.
    Item(Item),
    /// An order of the caller.
    Order(Order),
}

/// The subgraph, as composers want it.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// The SDL with the directives of federation.
    sdl: String,
}

#[Object]
impl FederationQuery {
    /// The subgraph's SDL; refused where introspection is off, for `chowk schema --federation` prints the same.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        Service { sdl: self.sdl.to_string() }
    }
    /// Items and orders by representation, in the order asked; null where there is none or it is not the caller's.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Each with `__typename` (Item or Order) and `id`.")] representations: Vec<Any>,
    ) -> Vec<Option<async_graphql::Result<Entity>>> {
        let scope = ctx.scope();
        let found = join_all(representations.iter().map(|asked| find(&scope, &asked.0))).await;
        found.into_iter().map(|entity| ctx.tell_maybe(entity)).collect()
    }
}

/// What a representation names. An id that is none, or of something else, names nothing.
async fn find(scope: &Scope, asked: &Value) -> Attempt<Option<Entity>> {
    let bad = |what: &str| Refused::Argument("representations", what.to_owned());
    let Value::Object(fields) = asked else { return Err(bad("each is an object").into()) };
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Ok(text.as_str()),
        _ => Err(bad("each has `__typename` and `id`, both strings")),
    };
    match (text("__typename")?, text("id")?) {
        ("Item", id) => match ids::parse::<ItemId>(id) {
            Ok(id) => Ok(Item::find(scope, id).await?.map(Entity::Item)),
            Err(_) => Ok(None),
        },
        ("Order", id) => match ids::parse::<OrderId>(id) {
            Ok(id) => Ok(scope.loaders.order(id).await?.map(|order| Entity::Order(Order(order)))),
            Err(_) => Ok(None),
        },
        _ => Err(bad("`__typename` is Item or Order").into()),
    }
}

/// The SDL for composers: that of the storefront, subscriptions too, with `@link`, `@key` and `@shareable`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().federation().prefer_single_line_descriptions();
    let plain = schema::builder(Query::default()).enable_subscription_in_federation().finish();
    ENTITIES.iter().fold(plain.sdl_with_options(options), |sdl, name| {
        let head = format!("type {name} implements Node");
        sdl.replacen(&format!("{head} {{"), &format!("{head} @key(fields: \"id\") {{"), 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_extended_has_its_key_and_what_may_be_shared_says_so() {
        let sdl = sdl();
        for name in ENTITIES {
            assert!(sdl.contains(&format!("\ntype {name} implements Node @key(fields: \"id\") {{")), "{name}");
        }
        assert_eq!(sdl.matches("@key(").count(), ENTITIES.len());
        for name in ["PageInfo", "Money"] {
            assert!(sdl.contains(&format!("\ntype {name} @shareable {{")), "{name}");
        }
        assert!(sdl.contains("https://specs.apollo.dev/federation/v2") && sdl.contains("type Subscription"));
        assert!(!sdl.contains("_entities") && !sdl.contains("_Any") && !sdl.contains("_Service"), "gateways add these");
    }

    #[test]
    fn the_storefronts_schema_knows_nothing_of_it() {
        let plain = schema::bare_sdl();
        for word in ["_entities", "_service", "_Entity", "@key", "@shareable", "@link"] {
            assert!(!plain.contains(word), "{word}");
        }
        let served = schema::builder(SubgraphQuery::new()).finish().sdl();
        assert!(!served.contains("Areas") && !plain.contains("Areas"));
        assert!(served.contains("_entities(") && served.contains("union _Entity = Item | Order"));
    }
}
