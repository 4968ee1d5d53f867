//! A session's side of a bridge: it sends on what the other side hears.

use crate::machine::media::contract::Codec;
use crate::machine::media::contract::Far;
use crate::machine::media::contract::StopOn;
use crate::machine::media::forwarding::Forwarding;
use crate::machine::media::outbox::Post;
use crate::machine::media::session::Heard;
use crate::machine::media::session::Kind;
use crate::machine::media::session::Session;
use crate::wire::g711;
use crate::wire::rtp::Header;

impl Session {
    /// Sends on what the other side of a bridge heard; true if it was voice and it left.
    ///
    /// What plays here wins over what is forwarded, unless it plays only until the bridge has sound.
    pub(crate) fn forward(&mut self, heard: &Heard<'_>, post: &mut Post<'_>) -> bool {
        if matches!(heard.kind, Kind::Voice(_)) && self.far.is_some_and(|far| far.send) {
            self.end_on(StopOn::Bridge, post);
        }
        let Some(far) = self.far.filter(|far| far.send && self.playback.is_none()) else {
            self.forwarding = None;
            return false;
        };
        self.timeline = None;
        match heard.kind {
            Kind::Voice(codec) => self.forward_voice(&far, heard, codec, post),
            Kind::Key => {
                self.forward_key(&far, heard, post);
                false
            }
        }
    }

    fn forward_voice(
        &mut self,
        far: &Far,
        heard: &Heard<'_>,
        codec: Codec,
        post: &mut Post<'_>,
    ) -> bool {
        let came = &heard.header;
        let going = self.forwarding.take().filter(|going| going.continues(came));
        let begins = going.is_none();
        let begin = || Forwarding::begin(came, &self.stream, post.now);
        let forwarding = self.forwarding.insert(going.unwrap_or_else(begin));
        let Some((seq, timestamp)) = forwarding.voice(came) else {
            return false;
        };
        let header = Header {
            marker: begins || came.marker,
            payload_type: far.codec.payload_type(),
            ..self.stream.number(seq, timestamp)
        };
        let payload = heard.payload.iter().copied();
        match (codec, far.codec) {
            (Codec::Pcmu, Codec::Pcma) => self.send(&header, payload.map(g711::pcmu_to_pcma), post),
            (Codec::Pcma, Codec::Pcmu) => self.send(&header, payload.map(g711::pcma_to_pcmu), post),
            (Codec::Pcmu, Codec::Pcmu) | (Codec::Pcma, Codec::Pcma) => {
                self.send(&header, payload, post)
            }
        }
    }

    fn forward_key(&mut self, far: &Far, heard: &Heard<'_>, post: &mut Post<'_>) {
        let came = &heard.header;
        let Some(payload_type) = far.telephone_event else {
            if let Some(forwarding) = &mut self.forwarding {
                forwarding.skip(came);
            }
            return;
        };
        let stream = &self.stream;
        let begin = || Forwarding::begin(came, stream, post.now);
        let forwarding = self.forwarding.get_or_insert_with(begin);
        if let Some((seq, timestamp)) = forwarding.key(came, stream, post.now) {
            let header = Header {
                marker: came.marker,
                payload_type,
                ..self.stream.number(seq, timestamp)
            };
            self.send(&header, heard.payload.iter().copied(), post);
        }
    }

    /// Forgets where forwarding stood, and ends what played until the bridge had sound.
    pub(crate) fn unbridge(&mut self, post: &mut Post<'_>) {
        self.forwarding = None;
        self.end_on(StopOn::Bridge, post);
    }
}
