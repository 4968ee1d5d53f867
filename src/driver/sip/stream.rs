//! One task per TCP connection: frames what comes in, writes what goes out.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio::time::timeout_at;

use crate::call::effect::Event;
use crate::driver::dscp;
use crate::driver::dscp::Dscp;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::flow::Transport;
use crate::wire::sip::framing::Frame;
use crate::wire::sip::framing::Framer;
use crate::wire::sip::framing::PONG;

/// Connections at once; one more is closed at once.
const CONNECTIONS_MAX: usize = 10_000;
/// Messages that wait for a slow peer; one more closes the connection.
const UNWRITTEN_MAX: usize = 256;
/// A connection on which nothing comes for this long is closed. Registered peers are pinged more
/// often, so theirs stay.
const IDLE_MAX: Duration = Duration::from_secs(120);
/// A message must be complete this long after its first byte.
const MESSAGE_MAX: Duration = Duration::from_secs(10);
/// How long a connection of ours may take to stand.
const CONNECT_MAX: Duration = Duration::from_secs(4);

type Writers = Arc<Mutex<BTreeMap<Flow, mpsc::Sender<Vec<u8>>>>>;

/// All TCP connections of a loop.
#[derive(Debug)]
pub(super) struct Streams {
    writers: Writers,
    bound: Vec<SocketAddr>,
    inbox: mpsc::Sender<Event>,
    mark: Dscp,
}

impl Streams {
    pub(super) fn new(inbox: mpsc::Sender<Event>, mark: Dscp) -> Self {
        Self {
            writers: Writers::default(),
            bound: Vec::new(),
            inbox,
            mark,
        }
    }

    pub(super) fn bound(&self) -> impl Iterator<Item = SocketAddr> {
        self.bound.iter().copied()
    }

    /// Accepts connections of this listener from now on.
    pub(super) fn accept(&mut self, listener: TcpListener) -> io::Result<()> {
        let local = listener.local_addr()?;
        self.bound.push(local);
        let (writers, inbox) = (Arc::clone(&self.writers), self.inbox.clone());
        let mark = self.mark;
        tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, remote)) => {
                        dscp::mark(&stream, local, mark);
                        // Of a listener on all addresses: the one that was connected to.
                        let ours = stream.local_addr().unwrap_or(local);
                        let flow = Flow {
                            transport: Transport::Tcp,
                            local: ours,
                            remote,
                        };
                        let Some(outgoing) = enter(&writers, flow) else {
                            continue;
                        };
                        let (writers, inbox) = (Arc::clone(&writers), inbox.clone());
                        tokio::spawn(serve(stream, flow, Pipes { outgoing, inbox }, writers));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        });
        Ok(())
    }

    /// Sends on the flow's connection; connects if there is none.
    pub(super) fn send(&self, flow: Flow, bytes: Vec<u8>) {
        let writer = lock(&self.writers).get(&flow).cloned();
        if let Some(writer) = writer {
            if writer.try_send(bytes).is_err() {
                lock(&self.writers).remove(&flow);
            }
            return;
        }
        let Some(outgoing) = enter(&self.writers, flow) else {
            return;
        };
        if let Some(writer) = lock(&self.writers).get(&flow) {
            let first = writer.try_send(bytes);
            debug_assert!(first.is_ok(), "a new queue has room");
        }
        let (writers, inbox) = (Arc::clone(&self.writers), self.inbox.clone());
        let mark = self.mark;
        tokio::spawn(async move {
            let connecting = TcpStream::connect(flow.remote);
            match tokio::time::timeout(CONNECT_MAX, connecting).await {
                Ok(Ok(stream)) => {
                    dscp::mark(&stream, flow.remote, mark);
                    serve(stream, flow, Pipes { outgoing, inbox }, writers).await;
                }
                Ok(Err(_)) | Err(_) => leave(&writers, flow, &inbox).await,
            }
        });
    }
}

/// What a connection's task reads from and writes to.
struct Pipes {
    outgoing: mpsc::Receiver<Vec<u8>>,
    inbox: mpsc::Sender<Event>,
}

fn enter(writers: &Writers, flow: Flow) -> Option<mpsc::Receiver<Vec<u8>>> {
    let mut writers = lock(writers);
    if writers.len() >= CONNECTIONS_MAX {
        return None;
    }
    let (writer, outgoing) = mpsc::channel(UNWRITTEN_MAX);
    writers.insert(flow, writer);
    Some(outgoing)
}

async fn leave(writers: &Writers, flow: Flow, inbox: &mpsc::Sender<Event>) {
    lock(writers).remove(&flow);
    // The loop is gone only when the process ends.
    let _ = inbox.send(Event::FlowClosed(flow)).await;
}

async fn serve(stream: TcpStream, flow: Flow, pipes: Pipes, writers: Writers) {
    let Pipes {
        mut outgoing,
        inbox,
    } = pipes;
    let _ = stream.set_nodelay(true);
    let (mut reader, mut writer) = stream.into_split();
    let writing = async move {
        while let Some(bytes) = outgoing.recv().await {
            if writer.write_all(&bytes).await.is_err() {
                break;
            }
        }
    };
    let pipes = Reading {
        writers: Arc::clone(&writers),
        inbox,
    };
    let reading = read(&mut reader, flow, &pipes);
    tokio::select! {
        () = writing => {}
        () = reading => {}
    }
    leave(&writers, flow, &pipes.inbox).await;
}

async fn read(reader: &mut OwnedReadHalf, flow: Flow, pipes: &Reading) {
    let mut framer = Framer::new();
    let mut buffer = vec![0; 4096];
    let mut message_due = None;
    loop {
        let limit = *message_due.get_or_insert_with(|| Instant::now() + IDLE_MAX);
        let Ok(Ok(length @ 1..)) = timeout_at(limit, reader.read(&mut buffer)).await else {
            return;
        };
        let begins = !framer.is_within_a_message();
        framer.push(buffer.get(..length).unwrap_or(&[]));
        loop {
            match framer.poll() {
                Ok(Some(Frame::Message(bytes))) => {
                    if pipes
                        .inbox
                        .send(Event::Message { flow, bytes })
                        .await
                        .is_err()
                    {
                        return;
                    }
                }
                Ok(Some(Frame::Ping)) => pipes.answer_ping(flow),
                Ok(Some(Frame::Pong)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
        framer.flush();
        if !framer.is_within_a_message() {
            message_due = None;
        } else if begins {
            message_due = Some(Instant::now() + MESSAGE_MAX);
        }
    }
}

/// Where a reading task puts what it reads.
struct Reading {
    writers: Writers,
    inbox: mpsc::Sender<Event>,
}

impl Reading {
    fn answer_ping(&self, flow: Flow) {
        if let Some(writer) = lock(&self.writers).get(&flow) {
            // A peer that reads nothing gets no pong and is closed by the next message.
            let _ = writer.try_send(PONG.to_vec());
        }
    }
}

fn lock(writers: &Writers) -> std::sync::MutexGuard<'_, BTreeMap<Flow, mpsc::Sender<Vec<u8>>>> {
    writers.lock().unwrap_or_else(PoisonError::into_inner)
}
