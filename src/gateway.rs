//! How the edge runs the schema: authenticates by the session service, gives each request its loaders, names engines that
//! failed, and notes what shoppers did after the answer went out.

use std::sync::Arc;

use async_graphql::{Request, Response, Value};
use async_trait::async_trait;
use futures::{StreamExt, stream::BoxStream};
use resolvers::RequestData;
use services::{
    kernel::caller::Caller,
    sessions::{self, Sessions},
};

use crate::edge::{AuthError, Completed, Gateway, RequestMeta};

/// The schema with its services.
pub struct SchemaGateway {
    schema: resolvers::Schema,
    sdl: String,
    shop: Arc<resolvers::Shop>,
    sessions: Sessions,
}

impl SchemaGateway {
    /// Over a shop.
    pub fn new(shop: resolvers::Shop) -> Self {
        let sessions = shop.sessions.clone();
        let schema = resolvers::schema(shop.clone());
        let sdl = resolvers::sdl(&schema);
        Self { schema, sdl, shop: Arc::new(shop), sessions }
    }

    fn data(&self, meta: &RequestMeta) -> Arc<RequestData> {
        let address = meta.address.map(|a| a.to_string()).unwrap_or_default();
        Arc::new(RequestData::new(Arc::clone(&self.shop), meta.caller, address, meta.request_id.to_string()))
    }
}

#[async_trait]
impl Gateway for SchemaGateway {
    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn authenticate(&self, bearer: Option<&str>) -> Result<Caller, AuthError> {
        let Some(token) = bearer else { return Ok(Caller::anonymous()) };
        self.sessions.authenticate(token).map_err(|e| match e {
            sessions::Error::ExpiredToken => AuthError::Expired,
            sessions::Error::Engine(_) => AuthError::Unavailable,
            _ => AuthError::Invalid,
        })
    }

    async fn execute(&self, request: Request, meta: RequestMeta) -> Response {
        let data = self.data(&meta);
        let response = self.schema.execute(request.data(Arc::clone(&data))).await;
        with_degraded(response, &data)
    }

    fn subscribe(&self, request: Request, meta: RequestMeta) -> BoxStream<'static, Response> {
        let data = self.data(&meta);
        let stream = self.schema.execute_stream(request.data(Arc::clone(&data)));
        stream.map(move |response| with_degraded(response, &data)).boxed()
    }

    fn completed(&self, _done: Completed) {}
}

/// Names the engines that failed while the answer was made.
fn with_degraded(response: Response, data: &RequestData) -> Response {
    let names = resolvers::degraded(data);
    if names.is_empty() {
        return response;
    }
    let names = names.into_iter().map(Value::from).collect();
    response.extension("degraded", Value::List(names))
}

