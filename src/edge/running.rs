//! An operation while it runs: a turn, a deadline, a span, caught panics, masked errors, counts, and the gateway told
//! afterwards. It decides nothing about whether the operation may run.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::{Request, ServerError};
use async_graphql_parser::types::OperationType;
use axum::http::StatusCode;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tracing::Instrument;

use super::{
    codes,
    coerce::shorten,
    gateway::{Asked, Completed, Gateway, Outcome, RequestMeta},
    operation::{Operations, Prepared},
    refusal::Refusal,
    reply::Reply,
    shared::{Key, Made, Written},
    telemetry,
};

impl Operations {
    /// The answer of a query or mutation as JSON: an earlier one that the gateway lets callers share, or a new one.
    /// Equal operations that come while the first of them runs wait for its answer.
    pub async fn answer(&self, prepared: Prepared, meta: RequestMeta) -> Result<Written, Refusal> {
        let asked = prepared.asked();
        let scope = (asked.kind == OperationType::Query).then(|| self.gateway.share(&asked, &meta)).flatten();
        let Some(scope) = scope else {
            return Ok(Written::from(&self.execute(prepared, meta).await?.0));
        };
        let began = Instant::now();
        let key = Key::new(&prepared.document.text, &asked, &scope);
        let (again, led) = (prepared.clone(), AtomicBool::new(false));
        let make = async {
            led.store(true, Ordering::Relaxed);
            let (reply, keep_for) = self.execute(prepared, meta.clone()).await?;
            Ok(Made { written: Written::from(&reply), keep_for })
        };
        let made = self.shared.get(key, make).await?;
        if !led.load(Ordering::Relaxed) {
            let outcome = made.outcome;
            self.finished(again.done(meta), began.elapsed(), outcome);
        }
        Ok(made)
    }

    /// Whether an answer depends on nobody, so that others may be given it too.
    pub fn is_public(&self, prepared: &Prepared, meta: &RequestMeta) -> bool {
        prepared.kind == OperationType::Query && self.gateway.share(&prepared.asked(), meta).is_some()
    }

    /// Runs a query or mutation. A mutation goes on when the caller of this future leaves.
    pub async fn run(&self, prepared: Prepared, meta: RequestMeta) -> Result<Reply, Refusal> {
        self.execute(prepared, meta).await.map(|(reply, _)| reply)
    }

    /// Also tells for how long callers may share the answer.
    async fn execute(&self, prepared: Prepared, meta: RequestMeta) -> Result<(Reply, Duration), Refusal> {
        let began = Instant::now();
        let request = self.request(&prepared);
        let done = prepared.done(meta);
        let Some(turn) = self.lanes.enter(done.asked.class).await else {
            telemetry::refused(done.asked.transport, codes::OVERLOADED);
            return Err(Refusal::overloaded());
        };
        let (gateway, request_meta) = (self.gateway.clone(), done.meta.clone());
        let execution = async move {
            let response = AssertUnwindSafe(gateway.execute(request, request_meta)).catch_unwind().await;
            drop(turn);
            response
        };
        let execution = execution.instrument(done.span());
        let execution: BoxFuture<'static, _> = if done.asked.kind == OperationType::Mutation {
            let task = tokio::spawn(execution);
            async move { task.await.unwrap_or_else(|e| Err(Box::new(e))) }.boxed()
        } else {
            execution.boxed()
        };
        let answer = match tokio::time::timeout(self.config.limits.operation_wait, execution).await {
            Ok(Ok(response)) => {
                let keep_for = self.gateway.keep_for(&response, &done.meta);
                Ok((self.reply(response, &done), keep_for))
            }
            Ok(Err(_panic)) => Err(panicked(&done.meta.request_id)),
            Err(_late) => Err(late(done.asked.kind)),
        };
        let outcome =
            answer.as_ref().map_or_else(|refusal| Outcome::Failed(refusal.code()), |(reply, _)| reply.outcome());
        self.finished(done, began.elapsed(), outcome);
        answer
    }

    /// Counts, and tells the gateway without making the client wait for it.
    fn finished(&self, done: Done, took: Duration, outcome: Outcome) {
        telemetry::answered(done.asked.transport, done.asked.kind, outcome, took);
        let gateway = self.gateway.clone();
        let completed = done.completed(took, outcome);
        tokio::spawn(async move { gateway.completed(completed) });
    }

    /// What the engine is given. The text goes along for its error messages; it is not parsed again.
    fn request(&self, prepared: &Prepared) -> Request {
        let mut request = Request::new(&*prepared.document.text);
        request.operation_name.clone_from(&prepared.operation_name);
        request.variables = (*prepared.variables).clone();
        request.set_parsed_query(prepared.document.parsed.clone());
        if self.config.introspection { request } else { request.disable_introspection() }
    }

    /// Runs an operation of any kind as a stream of answers; dropping it ends a subscription.
    pub fn follow(self: &Arc<Self>, prepared: Prepared, meta: RequestMeta) -> BoxStream<'static, Reply> {
        let this = self.clone();
        if prepared.kind != OperationType::Subscription {
            let once = async move { this.run(prepared, meta).await.unwrap_or_else(Reply::from_refusal) };
            return stream::once(once).boxed();
        }
        let request = self.request(&prepared);
        let done = prepared.done(meta);
        let span = done.span();
        let mut responses = span.in_scope(|| self.gateway.subscribe(request, done.meta.clone()));
        let responses = stream::poll_fn(move |context| {
            let _entered = span.enter();
            responses.poll_next_unpin(context)
        });
        let mut watch =
            Following { gateway: self.gateway.clone(), began: Instant::now(), outcome: Outcome::Ok, done: Some(done) };
        telemetry::subscriptions(1);
        let replies = AssertUnwindSafe(responses).catch_unwind().scan(false, move |ended, response| {
            let reply = (!*ended).then(|| {
                *ended = response.is_err();
                let reply = watch.reply(&this, response);
                watch.outcome = reply.outcome();
                reply
            });
            futures::future::ready(reply)
        });
        replies.boxed()
    }

    fn reply(&self, response: async_graphql::Response, done: &Done) -> Reply {
        let reply = Reply::from_response(response, &done.meta.request_id, self.config.limits.errors);
        if let Some(found) = done.asked.unproven.as_ref().filter(|_| reply.ran()) {
            self.documents.keep(found);
        }
        let reply = if self.config.introspection { reply } else { reply.without_suggestions() };
        match done.asked.told {
            Some(told) => reply.with_cost(told),
            None => reply,
        }
    }
}

/// An operation and who asked for it.
struct Done {
    asked: Prepared,
    meta: RequestMeta,
}

impl Prepared {
    fn asked(&self) -> Asked<'_> {
        Asked {
            kind: self.kind,
            operation_name: self.operation_name.as_deref(),
            root_fields: &self.root_fields,
            variables: &self.variables,
        }
    }
    fn done(self, meta: RequestMeta) -> Done {
        Done { asked: self, meta }
    }
}

impl Done {
    fn span(&self) -> tracing::Span {
        tracing::info_span!(
            "graphql.operation",
            request.id = &*self.meta.request_id,
            operation.kind = %self.asked.kind,
            operation.name = self.asked.operation_name.as_deref().map(shorten).unwrap_or_default(),
            transport = self.asked.transport.word(),
        )
    }
    fn completed(self, duration: Duration, outcome: Outcome) -> Completed {
        let Self { asked: Prepared { kind, document, operation_name, root_fields, variables, .. }, meta } = self;
        Completed { operation_name, kind, root_fields, meta, duration, outcome, document, variables }
    }
}

/// A running subscription; tells the gateway when it ends, however it ends.
struct Following {
    gateway: Arc<dyn Gateway>,
    began: Instant,
    outcome: Outcome,
    done: Option<Done>,
}

impl Following {
    fn reply<P>(&self, operations: &Operations, response: Result<async_graphql::Response, P>) -> Reply {
        match (response, &self.done) {
            (Ok(response), Some(done)) => operations.reply(response, done),
            (Err(_panic), Some(done)) => Reply::from_refusal(panicked(&done.meta.request_id)),
            (_, None) => Reply::default(),
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        telemetry::subscriptions(-1);
        if let Some(done) = self.done.take() {
            telemetry::answered(done.asked.transport, done.asked.kind, self.outcome, self.began.elapsed());
            self.gateway.completed(done.completed(self.began.elapsed(), self.outcome));
        }
    }
}

fn panicked(request_id: &str) -> Refusal {
    tracing::error!(request.id = request_id, "an operation panicked");
    let mut error: ServerError = codes::error(codes::INTERNAL, "Something went wrong here.");
    if let Some(extensions) = &mut error.extensions {
        extensions.set("requestId", request_id);
    }
    let refusal = Refusal::graphql_all(vec![error]);
    Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, well_formed: false, ..refusal }
}

fn late(kind: OperationType) -> Refusal {
    let message = if kind == OperationType::Mutation {
        "The answer took too long. It may still be done: ask again with the same idempotency key."
    } else {
        "The answer took too long."
    };
    Refusal::http(StatusCode::GATEWAY_TIMEOUT, codes::TIMEOUT, message)
}
