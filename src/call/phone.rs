//! Scripted phones: what they are like, what they are told, what happens to them.

use std::time::Duration;

use crate::machine::media::contract::Sound;
use crate::machine::sip::surface::Account;
use crate::machine::sip::surface::Status;
use crate::vocabulary::flow::Flow;

/// A phone's place in its bank.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PhoneId(pub u32);

/// What a phone is like.
#[derive(Clone, Debug)]
pub struct PhoneSetup {
    /// Its number or user name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// The centre.
    pub centre: Flow,
    /// The tone it sends while it is connected; none: silence of a muted microphone.
    pub tone_hz: Option<u16>,
    /// What it does when it is called.
    pub answering: Answering,
    /// Credentials for calls and registration.
    pub account: Option<Account>,
}

/// What a phone does when it is called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answering {
    /// Rings, then answers.
    After(Duration),
    /// Declines at once.
    Refuse(Status),
    /// Rings for ever.
    Never,
}

/// What a phone is told to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PhoneCommand {
    /// Register with the centre and stay so.
    Register,
    /// Call this user part at the centre.
    Dial(String),
    /// Press a key.
    Press(char),
    /// Put the far end on hold.
    Hold,
    /// Take the far end back.
    Resume,
    /// End the call, whatever its state.
    HangUp,
}

/// What happened at a phone.
#[derive(Clone, Debug, PartialEq)]
pub enum PhoneReport {
    /// Its REGISTER was answered.
    Registered(Status),
    /// It rings; the headers that name call and queue.
    Rings(Vec<(String, String)>),
    /// It is connected, as caller or called.
    Connected,
    /// It hears something new.
    Heard(Sound),
    /// Its call was refused.
    Refused(Status),
    /// Its offer to hold or resume was answered.
    Reoffered(Result<(), Status>),
    /// Its call is over.
    Over,
}
