//! A trial going on: the walk told line by line, its look-ups answered, its keys pressed.

use std::io;
use std::io::BufRead;
use std::io::Write;
use std::sync::mpsc;
use std::time::Duration;

use crate::driver::orders::answered::Answered;
use crate::face::cli::keyboard::Keyboard;
use crate::face::cli::keyboard::Typed;
use crate::face::cli::story;
use crate::face::cli::trial_ground::Fate;
use crate::face::cli::trial_ground::Ground;
use crate::face::cli::trial_sound::SoundTrack;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::press;
use crate::machine::ivr::press::Keys;
use crate::machine::ivr::press::Press;
use crate::machine::ivr::rehearsal::Rehearsal;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::vocabulary::time::Now;

/// A trial ends after this time.
const LONGEST: Now = Now::at(Duration::from_secs(3600));
const HELP: &str = "  0-9 * #   keys; several at once are pressed one after the other
  w3        waits 3 s; w3,1 presses 1 then
  (nothing) the caller is silent until something happens
  full      the queue turns the caller away, as do closed and long; left: the caller leaves it
  nobody    nobody is signed in; next: the caller is next; offered: a seat rings; talked: it hangs up
  v         what is known by now
  q         hangs up";

/// A trial going on.
pub struct Trial<'t> {
    call: Rehearsal<'t>,
    ground: &'t Ground,
    sound: Option<SoundTrack<'t>>,
    out: &'t mut dyn Write,
    state: State,
}

/// Where the call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Walking,
    /// It waits for a seat: the trial ends there unless somebody says what the queue does.
    Queued,
    /// The caller hung up.
    Left,
}

impl<'t> Trial<'t> {
    /// A call that rings.
    pub fn new(
        call: Rehearsal<'t>,
        ground: &'t Ground,
        sound: Option<SoundTrack<'t>>,
        out: &'t mut dyn Write,
    ) -> Self {
        Self {
            call,
            ground,
            sound,
            out,
            state: State::Walking,
        }
    }

    /// Answers the call.
    ///
    /// # Errors
    ///
    /// What the output says, here and below.
    pub fn begin(&mut self) -> io::Result<()> {
        let Ground {
            caller,
            script,
            start,
            zone,
            ..
        } = self.ground;
        let number = caller
            .number
            .as_ref()
            .map_or("a withheld number", |number| number.as_str());
        let moment = start
            .civil(zone)
            .strftime("%A %Y-%m-%d %H:%M %Z")
            .to_string();
        writeln!(
            self.out,
            "{} is called by {number} on {}, {moment}",
            script.flow, caller.called
        )?;
        self.tell()?;
        self.call.tell(WalkInput::Connected);
        self.tell()
    }

    /// Presses a list of keys.
    ///
    /// # Errors
    ///
    /// See [`Trial::begin`].
    pub fn play(&mut self, keys: &Keys) -> io::Result<()> {
        let mut at_once = false;
        for press in &keys.0 {
            if self.is_over(Some(*press)) {
                return writeln!(self.out, "the call was over before all keys were pressed");
            }
            if !at_once && !matches!(press, Press::Wait(_)) {
                self.settle()?;
            }
            at_once = matches!(press, Press::Wait(_));
            self.press(*press)?;
        }
        while !self.is_over(None) && self.go_on(LONGEST)? {}
        Ok(())
    }

    /// Reads lines of keys; what is being said has ended before the next line is asked for.
    ///
    /// # Errors
    ///
    /// See [`Trial::begin`]; what the keyboard says.
    pub fn listen(&mut self, keyboard: impl BufRead) -> io::Result<()> {
        let mut lines = keyboard.lines();
        loop {
            self.settle()?;
            if self.call.has_ended() || self.state == State::Left {
                return Ok(());
            }
            let ask = match self.state {
                State::Queued => "queue (full, left, q)> ",
                State::Walking | State::Left => "keys (none: silence, ?: help)> ",
            };
            write!(self.out, "{ask}")?;
            self.out.flush()?;
            let Some(line) = lines.next().transpose()? else {
                return writeln!(self.out);
            };
            self.line(line.trim())?;
        }
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        match line {
            "?" => return writeln!(self.out, "{HELP}"),
            "v" => return self.tell_state(),
            "q" => return self.press(Press::HangUp),
            "" if !self.is_over(None) => return self.go_on(LONGEST).map(|_| ()),
            _ => {}
        }
        let keys: Keys = match line.replace(' ', "").parse() {
            Ok(keys) => keys,
            Err(error) => return writeln!(self.out, "{error}"),
        };
        for press in &keys.0 {
            if !self.is_over(Some(*press)) {
                self.press(*press)?;
            }
        }
        Ok(())
    }

    /// Lets words take their time, and takes keys as they are typed.
    ///
    /// # Errors
    ///
    /// See [`Trial::begin`].
    pub fn live(&mut self, keyboard: &Keyboard) -> io::Result<()> {
        writeln!(
            self.out,
            "keys as on a telephone; v: what is known, space: skip, q: hang up"
        )?;
        while !self.is_over(None) || self.state == State::Queued {
            let next = self.call.next_at().filter(|_| self.state == State::Walking);
            match keyboard.wait(next.map(|next| next.since(self.call.now()))) {
                Typed::Nothing(passed) => {
                    let until = self.call.now() + passed;
                    while self.go_on(until)? {}
                }
                Typed::Sign(passed, sign) => {
                    let until = self.call.now() + passed;
                    while self.go_on(until)? {}
                    self.sign(sign)?;
                }
                Typed::Gone => return self.press(Press::HangUp),
            }
        }
        Ok(())
    }

    fn sign(&mut self, sign: char) -> io::Result<()> {
        match sign {
            'q' | INTERRUPT | END_OF_INPUT => self.press(Press::HangUp),
            'v' => self.tell_state(),
            ' ' => self.go_on(LONGEST).map(|_| ()),
            'f' if self.state == State::Queued => self.press(Press::Full),
            'l' if self.state == State::Queued => self.press(Press::Left),
            key if press::is_key(key) => self.press(Press::Key(key)),
            _ => Ok(()),
        }
    }

    /// The sound of the walk, if it was to be kept.
    pub fn finish(self) -> Option<SoundTrack<'t>> {
        let now = self.call.now();
        let mut sound = self.sound?;
        sound.stop(now);
        Some(sound)
    }

    /// Goes on until the walk waits for the caller.
    fn settle(&mut self) -> io::Result<()> {
        while !self.is_over(None) && self.call.is_busy() && self.go_on(LONGEST)? {}
        Ok(())
    }

    fn go_on(&mut self, until: Now) -> io::Result<bool> {
        let went = self.call.go_on(until);
        self.tell()?;
        Ok(went)
    }

    fn press(&mut self, press: Press) -> io::Result<()> {
        let at = self.call.now();
        let told = match press {
            Press::Key(key) => format!("[{key}]"),
            Press::Wait(_) => String::new(),
            Press::Speak(length) => format!("the caller speaks for {} s", length.as_secs_f64()),
            Press::Full => "the queue is full".to_owned(),
            Press::Closed => "the queue is closed".to_owned(),
            Press::Long => "the wait would be too long".to_owned(),
            Press::Nobody => "nobody is signed in who could help".to_owned(),
            Press::Next => "the caller is next".to_owned(),
            Press::Offered => "a seat rings".to_owned(),
            Press::Busy => "the number is busy".to_owned(),
            Press::NoAnswer => "nobody answers".to_owned(),
            Press::Failed => "the number cannot be called".to_owned(),
            Press::Left => "the caller leaves the queue".to_owned(),
            Press::Talked => "the seat hangs up".to_owned(),
            Press::HangUp => "the caller hangs up".to_owned(),
        };
        if !told.is_empty() {
            writeln!(self.out, "{}", story::line(at, &told))?;
        }
        match press {
            Press::Key(key) => {
                let was_saying = self.call.is_saying();
                self.call.press(key);
                if let Some(sound) = &mut self.sound
                    && was_saying
                    && !self.call.is_saying()
                {
                    sound.stop(at);
                }
            }
            Press::Wait(wait) => {
                let until = at + wait;
                while self.go_on(until)? {}
            }
            Press::Speak(length) => self.call.speak(length),
            Press::HangUp => self.state = State::Left,
            Press::Full
            | Press::Left
            | Press::Talked
            | Press::Closed
            | Press::Long
            | Press::Nobody
            | Press::Next
            | Press::Busy
            | Press::NoAnswer
            | Press::Failed
            | Press::Offered => {
                if let Some(input) = press.of_queue() {
                    self.call.tell(input);
                }
            }
        }
        self.tell()
    }

    /// Whether nothing more happens, unless the queue does this.
    fn is_over(&self, then: Option<Press>) -> bool {
        match self.state {
            State::Walking => self.call.has_ended(),
            State::Queued => then.is_none(),
            State::Left => true,
        }
    }

    fn tell_state(&mut self) -> io::Result<()> {
        for line in story::state(self.call.journey()) {
            writeln!(self.out, "            {line}")?;
        }
        Ok(())
    }

    /// Tells what the walk did, and answers its look-ups.
    fn tell(&mut self) -> io::Result<()> {
        while let Some((at, output)) = self.call.poll() {
            match &output {
                WalkOutput::LookUp { lookup, key, .. } => self.answer(*lookup, key),
                WalkOutput::Consult {
                    consult,
                    service,
                    body,
                    timeout,
                } => self.serve(*consult, (service, body), *timeout),
                WalkOutput::Enqueue { .. }
                | WalkOutput::Waiting(_)
                | WalkOutput::Dial { .. }
                | WalkOutput::CallBack { .. }
                | WalkOutput::TakeMessage { .. }
                | WalkOutput::EndMessage
                | WalkOutput::Unpromise
                | WalkOutput::Say { .. }
                | WalkOutput::Hush
                | WalkOutput::Forget { .. }
                | WalkOutput::ForgetConsult { .. }
                | WalkOutput::Hangup
                | WalkOutput::Note(_) => {}
            }
            if let Some(sound) = &mut self.sound {
                sound.take(at, &output);
            }
            if let Some(told) = story::tell(&output, &self.ground.phrasebook) {
                writeln!(self.out, "{}", story::line(at, &told))?;
            }
        }
        if self.state != State::Left {
            self.state = match self.call.is_waiting() {
                true => State::Queued,
                false => State::Walking,
            };
        }
        Ok(())
    }

    /// Asks a service, unless the trial says what becomes of it. The trial stands still meanwhile.
    fn serve(&mut self, consult: u32, (service, body): (&str, &str), timeout: Duration) {
        let fate = self.ground.fates.get(service).copied().unwrap_or_default();
        match fate {
            Fate::Failed(LookupFailure::Timeout) => {}
            Fate::Failed(failure) => self.call.serve(consult, Err(failure), FAILS_AFTER),
            Fate::Answered(after) => {
                let (tell, told) = mpsc::channel();
                let answered = move |found| drop(tell.send(found));
                let asked = (timeout, Box::new(answered) as Answered<String>);
                self.ground
                    .services
                    .request(service, body.to_owned(), asked);
                if let Ok(found) = told.recv_timeout(timeout) {
                    self.call.serve(consult, found, after);
                }
            }
        }
    }

    fn answer(&mut self, lookup: u32, key: &LookupKey) {
        let found = || Ok::<_, LookupFailure>(self.ground.book.lookup(key));
        match self.ground.fate {
            Fate::Answered(after) => self.call.answer(lookup, found(), after),
            // Nobody answers: the walk gives up by itself.
            Fate::Failed(LookupFailure::Timeout) => {}
            Fate::Failed(failure) => self.call.answer(lookup, Err(failure), FAILS_AFTER),
        }
    }
}

/// Ctrl-C and Ctrl-D as a terminal sends them.
const INTERRUPT: char = '\u{3}';
const END_OF_INPUT: char = '\u{4}';
/// How long a look-up takes to fail.
const FAILS_AFTER: Duration = Duration::from_millis(50);
