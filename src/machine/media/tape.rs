//! What a far end says, kept until it is asked for: a message.

use std::time::Duration;

use crate::machine::media::contract::Codec;
use crate::machine::media::contract::SPOKE_EVERY;
use crate::vocabulary::time::Now;
use crate::wire::g711;
use crate::wire::rtp::Header;

/// Samples a second.
const RATE: usize = 8_000;

/// A packet whose mean level is at least this holds speech: some -38 dB of the largest level.
const SPEECH_LEVEL: u32 = 400;

/// A pause without packets is kept up to this length; of a longer one nothing is.
const PAUSE_MAX: u32 = 2 * 8_000;

/// What stays after the last speech.
const TAIL: usize = RATE / 2;

/// What one far end has said.
#[derive(Debug)]
pub(crate) struct Tape {
    /// mu-law at 8 kHz.
    sound: Vec<u8>,
    most: usize,
    /// The stream, and the timestamp that the first sample has in it.
    origin: Option<(u32, u32)>,
    spoken: usize,
    /// Where the last speech ends.
    spoken_to: usize,
    told: Option<Now>,
}

impl Tape {
    /// A tape of this length; what comes after its end is not kept.
    pub(crate) fn new(longest: Duration) -> Self {
        let ms = usize::try_from(longest.as_millis()).unwrap_or(0);
        Self {
            sound: Vec::new(),
            most: ms.saturating_mul(RATE / 1000),
            origin: None,
            spoken: 0,
            spoken_to: 0,
            told: None,
        }
    }

    /// Keeps a packet's voice where its timestamp puts it. True if it holds speech and that was not
    /// told lately.
    pub(crate) fn hear(&mut self, header: &Header, codec: Codec, payload: &[u8], now: Now) -> bool {
        let Some(at) = self.place(header, payload.len()) else {
            return false;
        };
        let end = (at + payload.len()).min(self.most);
        if self.sound.len() < end {
            self.sound.resize(end, g711::PCMU_SILENCE);
        }
        let room = self.sound.get_mut(at..end).unwrap_or_default();
        let mut level = 0_u32;
        for (kept, code) in room.iter_mut().zip(payload) {
            *kept = match codec {
                Codec::Pcmu => *code,
                Codec::Pcma => g711::pcma_to_pcmu(*code),
            };
            level += u32::from(g711::decode_pcmu(*kept).unsigned_abs());
        }
        let length = end.saturating_sub(at);
        let mean = level.checked_div(u32::try_from(length).unwrap_or(u32::MAX));
        if mean.is_none_or(|mean| mean < SPEECH_LEVEL) {
            return false;
        }
        self.spoken += length;
        self.spoken_to = self.spoken_to.max(end);
        let is_news = self.told.is_none_or(|told| now.since(told) >= SPOKE_EVERY);
        if is_news {
            self.told = Some(now);
        }
        is_news
    }

    /// Where a packet begins; none if it is of before the tape. A stream that begins anew, or goes on
    /// after a long pause, goes on at the end.
    fn place(&mut self, header: &Header, length: usize) -> Option<usize> {
        let end = u32::try_from(self.sound.len()).unwrap_or(u32::MAX);
        let anew = (header.ssrc, header.timestamp.wrapping_sub(end));
        let (ssrc, first) = *self.origin.get_or_insert(anew);
        let at = header.timestamp.wrapping_sub(first);
        let ahead = at.wrapping_sub(end);
        let late = end.wrapping_sub(at);
        if ssrc == header.ssrc && (ahead <= PAUSE_MAX || late <= end) {
            return usize::try_from(at).ok();
        }
        let was_before = first.wrapping_sub(header.timestamp);
        if ssrc == header.ssrc && was_before <= PAUSE_MAX {
            return None;
        }
        self.origin = Some(anew);
        (length > 0).then_some(self.sound.len())
    }

    /// What was said, in mu-law at 8 kHz up to a little after the last speech, and how much of it is
    /// speech.
    pub(crate) fn finish(mut self) -> (Vec<u8>, Duration) {
        if self.spoken == 0 {
            self.sound.clear();
        }
        self.sound.truncate(self.spoken_to + TAIL);
        let ms = self.spoken / (RATE / 1000);
        let spoken = Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX));
        (self.sound, spoken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rtp::Seq;

    const LOUD: [u8; 160] = [0x10; 160];
    const QUIET: [u8; 160] = [g711::PCMU_SILENCE; 160];

    fn header(ssrc: u32, timestamp: u32) -> Header {
        Header {
            marker: false,
            payload_type: 0,
            seq: Seq(0),
            timestamp,
            ssrc,
        }
    }

    fn hear(tape: &mut Tape, at: u32, payload: &[u8]) -> bool {
        let now = Now::at_ms(u64::from(at / 8));
        tape.hear(&header(1, at.wrapping_sub(400)), Codec::Pcmu, payload, now)
    }

    #[test]
    fn packets_lie_where_their_timestamps_put_them_whatever_their_order() {
        let mut tape = Tape::new(Duration::from_secs(10));
        hear(&mut tape, 0, &LOUD);
        hear(&mut tape, 480, &LOUD);
        hear(&mut tape, 160, &LOUD);
        let (sound, spoken) = tape.finish();
        let [a, b, c, d] = [0, 160, 320, 480].map(|at| sound[at]);
        assert_eq!((a, b, c, d), (0x10, 0x10, g711::PCMU_SILENCE, 0x10));
        assert_eq!((sound.len(), spoken), (640, Duration::from_millis(60)));
    }

    #[test]
    fn a_new_stream_and_a_long_pause_go_on_at_the_end() {
        let mut tape = Tape::new(Duration::from_secs(10));
        hear(&mut tape, 0, &LOUD);
        hear(&mut tape, 160 + 20_000, &LOUD);
        tape.hear(&header(7, 99), Codec::Pcmu, &LOUD, Now::START);
        assert_eq!(tape.finish().0, [0x10; 480]);
    }

    #[test]
    fn silence_at_the_end_is_cut_and_silence_alone_is_nothing() {
        let mut tape = Tape::new(Duration::from_secs(60));
        for at in 0..200 {
            hear(&mut tape, at * 160, if at == 0 { &LOUD } else { &QUIET });
        }
        assert_eq!(tape.finish().0.len(), 160 + TAIL);
        let mut tape = Tape::new(Duration::from_secs(60));
        hear(&mut tape, 0, &QUIET);
        assert_eq!(tape.finish(), (Vec::new(), Duration::ZERO));
    }

    #[test]
    fn the_tape_ends_where_it_was_said_to() {
        let mut tape = Tape::new(Duration::from_millis(30));
        for at in 0..5 {
            hear(&mut tape, at * 160, &LOUD);
        }
        assert_eq!(tape.finish(), (vec![0x10; 240], Duration::from_millis(30)));
    }

    #[test]
    fn speech_is_told_twice_a_second() {
        let mut tape = Tape::new(Duration::from_secs(60));
        let told: usize = (0..100)
            .map(|at| usize::from(hear(&mut tape, at * 160, &LOUD)))
            .sum();
        assert_eq!(told, 4);
    }

    #[test]
    fn no_stream_of_packets_makes_it_fail_or_grow() {
        let mut chance = crate::vocabulary::chance::Chance::from_seed(5);
        let mut tape = Tape::new(Duration::from_secs(1));
        for _ in 0..20_000 {
            let bits = chance.bits();
            let [ssrc, length, ..] = bits.to_be_bytes();
            let timestamp = u32::try_from(bits & u64::from(u32::MAX)).unwrap();
            let payload = vec![0x20; usize::from(length)];
            let header = header(u32::from(ssrc & 1), timestamp);
            tape.hear(&header, Codec::Pcma, &payload, Now::START);
        }
        assert!(tape.sound.len() <= 8_000);
    }
}
