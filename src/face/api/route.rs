//! Every route with what it asks of who comes, and the router made of them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::MethodRouter;
use axum::routing::delete;
use axum::routing::get;
use axum::routing::post;

use crate::driver::config::token::Role;
use crate::face::api::access;
use crate::face::api::access::Access;
use crate::face::api::access::Need;
use crate::face::api::call;
use crate::face::api::desk::Desk;
use crate::face::api::explain;
use crate::face::api::health;
use crate::face::api::kpi;
use crate::face::api::message;
use crate::face::api::openapi;
use crate::face::api::order;
use crate::face::api::predict;
use crate::face::api::problem::Problem;
use crate::face::api::record;
use crate::face::api::release;
use crate::face::api::seat;

/// Longest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// One thing that can be asked for.
#[derive(Debug)]
pub struct Route {
    /// How. GET allows HEAD as well.
    pub method: Method,
    /// Where; `{id}` stands for an id.
    pub path: &'static str,
    /// What it asks of who comes.
    pub need: Need,
    handler: MethodRouter<Desk>,
}

/// All there is. A route without a need cannot be written.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = |path, need, handler| Route {
        method: Method::GET,
        path,
        need,
        handler,
    };
    let write = |path, need, handler| Route {
        method: Method::POST,
        path,
        need,
        handler,
    };
    let own = Need::Role(Role::Seat);
    let all = Need::Role(Role::Supervisor);
    let admin = Need::Role(Role::Admin);
    vec![
        read("/healthz", Need::Nothing, get(health::health)),
        read("/metrics", Need::Nothing, get(health::figures)),
        read("/api/v1/calls", all, get(call::calls)),
        read("/api/v1/calls/{id}", all, get(call::call)),
        write("/api/v1/calls/{id}/hangup", admin, post(call::hang_up)),
        read("/api/v1/calls/{id}/explain", all, get(explain::explain)),
        write("/api/v1/calls/{id}/withdraw", all, post(call::withdraw)),
        write("/api/v1/calls/{id}/route", all, post(call::route)),
        write("/api/v1/calls/{id}/priority", all, post(call::priority)),
        read("/api/v1/queues", all, get(call::queues)),
        read("/api/v1/kpis", all, get(kpi::kpis)),
        read("/api/v1/seats", own, get(seat::seats)),
        read("/api/v1/seats/{id}", own, get(seat::seat)),
        write("/api/v1/seats/{id}/state", own, post(seat::seat_state)),
        write("/api/v1/seats/{id}/reason", own, post(seat::reason)),
        read("/api/v1/records", all, get(record::records)),
        read("/api/v1/records/{id}", all, get(record::record)),
        read("/api/v1/messages", all, get(message::messages)),
        read("/api/v1/messages/{id}/audio", all, get(message::audio)),
        write("/api/v1/messages/{id}/heard", all, post(message::heard)),
        Route {
            method: Method::DELETE,
            path: "/api/v1/messages/{id}",
            need: all,
            handler: delete(message::delete),
        },
        read("/api/v1/events", all, get(record::events)),
        read(
            "/api/v1/openapi.json",
            Need::Nothing,
            get(openapi::document),
        ),
        write("/api/v1/predict", all, post(predict::predict)),
        write("/api/v1/answer", all, post(predict::answer)),
        write("/api/v1/outcomes", all, post(predict::outcome)),
        write("/api/v1/orders", all, post(order::tell)),
        read("/api/v1/releases", all, get(release::list)),
        write("/api/v1/releases", admin, post(release::reload)),
        write("/api/v1/releases/promote", admin, post(release::promote)),
        write("/api/v1/releases/rollback", admin, post(release::roll_back)),
    ]
}

/// All routes behind these tokens.
pub fn router(desk: Desk, access: &Access) -> Router {
    let add = |router: Router<Desk>, route: Route| {
        let guard = middleware::from_fn_with_state((access.clone(), route.need), access::admit);
        router.route(route.path, route.handler.route_layer(guard))
    };
    routes()
        .into_iter()
        .fold(Router::new(), add)
        .method_not_allowed_fallback(async || {
            let detail = "the resource is there, but not for this method; see Allow";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not this method", detail)
        })
        .fallback(async || Problem::not_found("no such resource; see docs/api.md"))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}
