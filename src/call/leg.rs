//! One SIP session with its media session: what both have agreed so far.

use std::net::IpAddr;
use std::net::SocketAddr;

use crate::machine::media::contract::Codec;
use crate::machine::media::contract::Far;
use crate::machine::media::contract::MediaCommand;
use crate::machine::sip::offer_answer;
use crate::machine::sip::offer_answer::Local;
use crate::machine::sip::surface::Status;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::wire::sdp::direction::Direction;

/// One leg, until both its SIP and its media side have let go.
#[derive(Debug)]
pub struct Leg {
    /// Names it on both sides.
    pub id: LegId,
    /// The flow that its signalling takes.
    pub flow: Flow,
    address: Option<SocketAddr>,
    /// The description that we sent last.
    described: Option<String>,
    far: Option<Far>,
    sip: Side,
    media: Side,
}

/// How far one side of a leg is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    /// Not begun.
    Idle,
    Open,
    /// Told to end, not yet confirmed.
    Ending,
    Done,
}

/// What a new offer of the far end changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// It wants to hear us no more.
    Holds,
    /// It wants to hear us again.
    Resumes,
    /// Anything else, or nothing.
    Other,
}

impl Leg {
    /// A leg that the far end began, whose media port has been asked for.
    #[must_use]
    pub const fn incoming(id: LegId, flow: Flow) -> Self {
        Self {
            id,
            flow,
            address: None,
            described: None,
            far: None,
            sip: Side::Open,
            media: Side::Open,
        }
    }

    /// A leg that we shall begin, whose media port has been asked for.
    #[must_use]
    pub const fn outgoing(id: LegId, flow: Flow) -> Self {
        Self {
            id,
            flow,
            address: None,
            described: None,
            far: None,
            sip: Side::Idle,
            media: Side::Open,
        }
    }

    /// In place of a leg that has gone.
    #[must_use]
    pub const fn gone(id: LegId, flow: Flow) -> Self {
        let mut leg = Self::outgoing(id, flow);
        leg.sip = Side::Done;
        leg.media = Side::Done;
        leg
    }

    /// Our INVITE is on its way.
    pub const fn begun(&mut self) {
        self.sip = Side::Open;
    }

    /// The media side has its port: `address` is what descriptions will say.
    pub const fn open(&mut self, address: IpAddr, port: u16) {
        self.address = Some(SocketAddr::new(address, port));
    }

    /// Answers the far end's offer. A refused offer changes nothing.
    ///
    /// # Errors
    ///
    /// The SIP status to refuse it with: 488, 400, or 500 while there is no port.
    pub fn answer(&mut self, offer: &str) -> Result<(String, Change), Status> {
        let local = self.local(Direction::SendRecv).ok_or(Status(500))?;
        let answered = offer_answer::answer(&local, offer, self.flow.remote.ip())?;
        let change = change(self.far, answered.far);
        self.far = Some(answered.far);
        self.described = Some(answered.sdp.clone());
        Ok((answered.sdp, change))
    }

    /// Our offer to talk and listen; none while there is no port.
    #[must_use]
    pub fn offer(&mut self) -> Option<String> {
        self.describe(Direction::SendRecv)
    }

    /// Our offer that puts the far end on hold; none while there is no port.
    #[must_use]
    pub fn offer_hold(&mut self) -> Option<String> {
        self.describe(Direction::SendOnly)
    }

    /// Reads the answer to our last offer.
    ///
    /// # Errors
    ///
    /// 488 if it picks nothing that we offered.
    pub fn accept(&mut self, answer: &str) -> Result<Change, Status> {
        let offer = self.described.as_deref().ok_or(Status(500))?;
        let far = offer_answer::read_answer(offer, answer, self.flow.remote.ip())?;
        let change = change(self.far, far);
        self.far = Some(far);
        Ok(change)
    }

    fn describe(&mut self, wish: Direction) -> Option<String> {
        let offer = self.local(wish).map(|local| offer_answer::offer(&local))?;
        self.described = Some(offer.clone());
        Some(offer)
    }

    fn local(&self, wish: Direction) -> Option<Local<'_>> {
        let session_id = self.id.bits() & 0x7fff_ffff;
        Some(Local {
            wish,
            preferred: self.far.map_or(Codec::Pcma, |far| far.codec),
            previous: self.described.as_deref(),
            ..Local::new(self.address?, session_id)
        })
    }

    /// What the media keeper must know of the far end; none before both sides agreed.
    #[must_use]
    pub fn aim(&self) -> Option<MediaCommand> {
        self.far.map(|far| MediaCommand::Aim { leg: self.id, far })
    }

    /// SIP has to end; true if it must be told so.
    pub fn end_sip(&mut self) -> bool {
        let open = self.sip == Side::Open;
        match self.sip {
            Side::Open => self.sip = Side::Ending,
            Side::Idle => self.sip = Side::Done,
            Side::Ending | Side::Done => {}
        }
        open
    }

    /// Media has to end; true if it must be told so.
    pub fn end_media(&mut self) -> bool {
        let first = self.media == Side::Open;
        if first {
            self.media = Side::Ending;
        }
        first
    }

    /// SIP holds nothing of this leg any more.
    pub const fn sip_done(&mut self) {
        self.sip = Side::Done;
    }

    /// The media keeper holds nothing of this leg any more.
    pub const fn media_done(&mut self) {
        self.media = Side::Done;
    }

    /// The media side has let go.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.media == Side::Done
    }

    /// Both sides have let go.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.sip == Side::Done && self.media == Side::Done
    }
}

fn change(was: Option<Far>, is: Far) -> Change {
    match (was.is_some_and(|far| far.send), is.send) {
        (true, false) => Change::Holds,
        (false, true) if was.is_some() => Change::Resumes,
        (true | false, _) => Change::Other,
    }
}
