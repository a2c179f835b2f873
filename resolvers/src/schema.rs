//! The roots, merged from one struct per area, and the schema made of them. No extension is registered (each would cost
//! every field a boxed hook) and no guard is used (a guard on a nullable field nulls its parent): roles are checked in the
//! bodies, limits are kept by the edge.

use std::sync::Arc;

use async_graphql::{MergedObject, MergedSubscription, ObjectType, Request, Response, SDLExportOptions, SchemaBuilder};
use futures::{StreamExt, stream::BoxStream};
use services::kernel::caller::Caller;

use crate::{
    carts::{mutation::CartsMutation, subscription::CartsSubscription},
    checkout::mutation::CheckoutMutation,
    context::RequestData,
    fanout::Fanout,
    federation::SubgraphQuery,
    items::{mutation::ItemsMutation, query::ItemsQuery},
    node::NodeQuery,
    notifications::{
        mutation::NotificationsMutation, preferences::PreferencesMutation, subscription::NotificationsSubscription,
    },
    orders::{mutation::OrdersMutation, query::OrdersQuery, subscription::OrdersSubscription},
    recommendations::{mutation::RecommendationsMutation, query::RecommendationsQuery},
    search::query::SearchQuery,
    serviceability::query::ServiceabilityQuery,
    sessions::{mutation::SessionsMutation, passwords::PasswordsMutation, totp::TotpMutation},
    shop::Shop,
    staff::{mutation::StaffMutation, query::StaffQuery},
    trends::{query::TrendsQuery, subscription::TrendsSubscription},
    viewer::{mutation::ViewerMutation, query::ViewerQuery},
    wishlists::mutation::WishlistsMutation,
};

/// What a storefront can read. Every field is nullable: a failing engine nulls its own answer and is named in
/// `extensions.degraded`.
#[derive(MergedObject, Default)]
pub struct Query(Areas);

/// The parts of every query root, one per area; it is no type of the schema.
#[derive(MergedObject, Default)]
pub struct Areas(
    NodeQuery,
    ViewerQuery,
    ItemsQuery,
    SearchQuery,
    ServiceabilityQuery,
    OrdersQuery,
    TrendsQuery,
    RecommendationsQuery,
    StaffQuery,
);

/// What a storefront can do. Each answers with what changed, so that a client's cache follows. A null payload means that
/// it was not done and may be tried again with the same key.
#[derive(MergedObject, Default)]
pub struct Mutation(
    SessionsMutation,
    PasswordsMutation,
    TotpMutation,
    ViewerMutation,
    CartsMutation,
    WishlistsMutation,
    CheckoutMutation,
    OrdersMutation,
    NotificationsMutation,
    PreferencesMutation,
    ItemsMutation,
    RecommendationsMutation,
    StaffMutation,
);

/// What a storefront can follow.
#[derive(MergedSubscription, Default)]
pub struct Subscription(OrdersSubscription, CartsSubscription, NotificationsSubscription, TrendsSubscription);

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema that an endpoint answers by.
pub enum Served {
    /// For storefronts.
    Storefront(Schema),
    /// For a gateway, too.
    Subgraph(async_graphql::Schema<SubgraphQuery, Mutation, Subscription>),
}

impl Served {
    /// Over a shop. The tail of the log that wakes subscriptions starts with the first subscriber. Without `suggestions`
    /// a wrong name is not answered with the names that come near it.
    pub fn new(shop: &Shop, suggestions: bool, federation: bool) -> Self {
        fn made<Q: ObjectType + 'static>(
            query: Q,
            shop: &Shop,
            suggestions: bool,
        ) -> async_graphql::Schema<Q, Mutation, Subscription> {
            let builder = builder(query).data(Fanout::new(Arc::clone(&shop.log)));
            if suggestions { builder.finish() } else { builder.disable_suggestions().finish() }
        }
        if federation {
            Self::Subgraph(made(SubgraphQuery::new(), shop, suggestions))
        } else {
            Self::Storefront(made(Query::default(), shop, suggestions))
        }
    }
    /// Runs a query or a mutation.
    pub async fn execute(&self, request: Request) -> Response {
        match self {
            Self::Storefront(schema) => schema.execute(request).await,
            Self::Subgraph(schema) => schema.execute(request).await,
        }
    }
    /// Runs a subscription.
    pub fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        match self {
            Self::Storefront(schema) => schema.execute_stream(request).boxed(),
            Self::Subgraph(schema) => schema.execute_stream(request).boxed(),
        }
    }
    /// Everything that it answers.
    pub fn sdl(&self) -> String {
        match self {
            Self::Storefront(schema) => sdl(schema),
            Self::Subgraph(schema) => sdl(schema),
        }
    }
}

/// What goes into each `async_graphql::Request` as data; keep one to ask [`crate::context::degraded`] after it.
pub fn request(shop: &Arc<Shop>, caller: Caller, client_address: String, request_id: String) -> Arc<RequestData> {
    Arc::new(RequestData::new(Arc::clone(shop), caller, client_address, request_id))
}

/// The SDL, with descriptions; the same for every build: types by name, fields in the order of the source.
pub fn sdl<Q: ObjectType + 'static>(schema: &async_graphql::Schema<Q, Mutation, Subscription>) -> String {
    schema.sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions())
}

/// The schema without a shop: for exports and checks. Nothing in it can be resolved.
pub fn bare() -> Schema {
    builder(Query::default()).finish()
}

/// The SDL without a shop.
pub fn bare_sdl() -> String {
    sdl(&bare())
}

/// The schema with that query root, before it is finished.
pub(crate) fn builder<Q: ObjectType + 'static>(query: Q) -> SchemaBuilder<Q, Mutation, Subscription> {
    async_graphql::Schema::build(query, Mutation::default(), Subscription::default())
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::{
        Positioned, parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
        },
    };

    use super::*;
    use crate::ids::Kind;

    fn types() -> Vec<TypeDefinition> {
        let document = parse_schema(bare_sdl()).expect("the SDL parses");
        let definition = |d| if let TypeSystemDefinition::Type(t) = d { Some(t.node) } else { None };
        document.definitions.into_iter().filter_map(definition).collect()
    }
    fn fields(ty: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
        match &ty.kind {
            TypeKind::Object(o) => &o.fields,
            TypeKind::Interface(i) => &i.fields,
            _ => &[],
        }
    }
    fn field(types: &[TypeDefinition], ty: &str, name: &str) -> FieldDefinition {
        let ty = types.iter().find(|t| t.name.node == *ty).unwrap_or_else(|| panic!("there is a type {ty}"));
        let found = fields(ty).iter().find(|f| f.node.name.node == *name);
        found.unwrap_or_else(|| panic!("there is a field {name} of {}", ty.name.node)).node.clone()
    }
    fn described(what: &str, name: &str, description: Option<&Positioned<String>>, missing: &mut Vec<String>) {
        if description.is_none_or(|d| d.node.trim().is_empty()) {
            missing.push(format!("{what} {name}"));
        }
    }
    fn arguments(of: &str, arguments: &[Positioned<InputValueDefinition>], missing: &mut Vec<String>) {
        for argument in arguments {
            described(
                "argument",
                &format!("{of}({})", argument.node.name.node),
                argument.node.description.as_ref(),
                missing,
            );
        }
    }

    #[test]
    fn everything_is_described() {
        let mut missing = Vec::new();
        for ty in types() {
            let name = ty.name.node.to_string();
            described("type", &name, ty.description.as_ref(), &mut missing);
            for field in fields(&ty) {
                let place = format!("{name}.{}", field.node.name.node);
                described("field", &place, field.node.description.as_ref(), &mut missing);
                arguments(&place, &field.node.arguments, &mut missing);
            }
            match &ty.kind {
                TypeKind::InputObject(input) => arguments(&name, &input.fields, &mut missing),
                TypeKind::Enum(e) => {
                    for value in &e.values {
                        let place = format!("{name}.{}", value.node.value.node);
                        described("value", &place, value.node.description.as_ref(), &mut missing);
                    }
                }
                _ => {}
            }
        }
        assert!(missing.is_empty(), "without a description: {missing:#?}");
    }

    #[test]
    fn every_field_of_a_root_may_fail_alone() {
        for root in ["Query", "Mutation"] {
            let all = types();
            let ty = all.iter().find(|t| t.name.node == *root).expect("a root");
            assert!(fields(ty).len() > 10, "{root} was merged");
            for field in fields(ty) {
                assert!(field.node.ty.node.nullable, "{root}.{} is not nullable", field.node.name.node);
            }
        }
    }

    /// What a call to another engine is behind, by type. A new one belongs here.
    const BACKED: &[(&str, &[&str])] = &[
        ("Item", &["category", "attributes", "delivery", "recommendations"]),
        ("Variant", &["availability", "delivery"]),
        ("VariantServiceability", &["delivery"]),
        ("SearchConnection", &["nodes"]),
        ("SearchEdge", &["node", "delivery"]),
        ("SuggestionList", &["categories", "items"]),
        (
            "Viewer",
            &[
                "shopper",
                "deliveryLocation",
                "cart",
                "wishlist",
                "orders",
                "notifications",
                "notificationPreferences",
                "addresses",
                "recommendations",
            ],
        ),
        ("Notification", &["order"]),
        ("NotificationConnection", &["unreadCount"]),
        ("Cart", &["subtotal", "recommendations"]),
        ("CartLine", &["variant", "total", "notes"]),
        ("Wishlist", &["lines"]),
        ("WishlistLine", &["variant"]),
        ("WishlistLineConnection", &["totalCount"]),
        ("QuoteLine", &["variant"]),
        ("Order", &["events", "retryOf", "payment"]),
        ("OrderLine", &["variant"]),
        ("StockLevel", &["variant"]),
        ("Lane", &["courier"]),
        ("Courier", &["pincodesReached"]),
        ("InsufficientStock", &["variant"]),
        ("NotDeliverableError", &["variant"]),
        ("PriceChanged", &["variant"]),
        ("PromiseChanged", &["variant"]),
    ];

    #[test]
    fn every_field_with_another_engine_behind_it_may_fail_alone() {
        let types = types();
        for (ty, names) in BACKED {
            for name in *names {
                assert!(field(&types, ty, name).ty.node.nullable, "{ty}.{name} is not nullable");
            }
        }
    }

    #[test]
    fn every_payload_tells_errors_and_warnings_and_may_lack_its_objects() {
        for ty in types().iter().filter(|t| t.name.node.ends_with("Payload")) {
            let name = &ty.name.node;
            let told = |f: &FieldDefinition, of: &str| f.ty.node.to_string() == format!("[{of}!]!");
            for field in fields(ty) {
                match field.node.name.node.as_str() {
                    "errors" => assert!(told(&field.node, "UserError"), "{name}.errors"),
                    "warnings" => assert!(told(&field.node, "Warning"), "{name}.warnings"),
                    other => assert!(field.node.ty.node.nullable, "{name}.{other} is not nullable"),
                }
            }
        }
    }

    #[test]
    fn every_node_type_has_an_id_of_its_own_kind() {
        let types = types();
        let of_node = |t: &&TypeDefinition| matches!(&t.kind, TypeKind::Object(o) if o.implements.iter().any(|i| i.node == *"Node"));
        let kind = |t: &TypeDefinition| t.name.node.trim_start_matches("Checkout").to_owned();
        let mut nodes: Vec<_> = types.iter().filter(of_node).map(kind).collect();
        let mut kinds: Vec<_> = Kind::ALL.iter().map(|kind| format!("{kind:?}")).collect();
        nodes.sort();
        kinds.sort();
        assert_eq!(nodes, kinds);
    }

    #[test]
    fn every_mutation_takes_one_input() {
        let types = types();
        let root = types.iter().find(|t| t.name.node == *"Mutation").expect("a root");
        for field in fields(root) {
            let names: Vec<_> = field.node.arguments.iter().map(|a| a.node.name.node.as_str()).collect();
            assert_eq!(names, ["input"], "{}", field.node.name.node);
        }
    }

    #[test]
    fn the_scalars_of_the_schema_are_those_that_the_edge_can_check() {
        let checked: Vec<_> = crate::scalar_validators().into_iter().map(|(name, _)| name).collect();
        let scalars: Vec<String> = types()
            .iter()
            .filter(|t| matches!(t.kind, TypeKind::Scalar))
            .map(|t| t.name.node.to_string())
            .filter(|n| !["Int", "Float", "String", "Boolean", "ID"].contains(&n.as_str()))
            .collect();
        assert!(scalars.iter().all(|s| checked.contains(&s.as_str())), "{scalars:?}");
        assert_eq!(scalars.len(), checked.len());
    }

    #[test]
    fn money_is_never_a_float() {
        let types = types();
        let amount = field(&types, "Money", "amount").ty.node;
        assert!(matches!(amount, Type { base: BaseType::Named(name), nullable: false } if name == "Long"));
    }
}
