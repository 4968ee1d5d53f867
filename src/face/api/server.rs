//! The server that serves the routes.

use std::io;
use std::net::SocketAddr;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::driver::sip::socket;
use crate::face::api::access::Access;
use crate::face::api::desk::Desk;
use crate::face::api::route;

/// Serves the API until the process ends.
///
/// # Errors
///
/// What the socket says.
pub async fn serve(listener: TcpListener, desk: Desk, access: &Access) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Without it an answer in two parts waits for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, route::router(desk, access)).await
}

/// Opens the API's address.
///
/// # Errors
///
/// What the socket says, with the address.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = socket::hint(&error);
        let what = format!("cannot listen on http://{address}: {error}{hint}");
        io::Error::new(error.kind(), what)
    })
}
