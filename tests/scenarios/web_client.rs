//! Asks a centre over HTTP, one question a connection.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::path::Path;

/// What comes back, heading and all. The token is the administrator's, from the data folder.
pub(crate) fn ask(api: SocketAddr, data: &Path, (line, body): (&str, &str)) -> String {
    let token = fs::read_to_string(data.join("admin.token")).unwrap();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        token.trim(),
        body.len()
    );
    let mut stream = TcpStream::connect(api).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}
