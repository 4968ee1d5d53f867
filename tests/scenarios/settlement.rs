//! A centre with the shipped hotline in a town of phones, for scenarios on virtual time.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use ringwise::call::centre::Centre;
use ringwise::call::centre::MediaAddress;
use ringwise::call::fact::Fact;
use ringwise::call::health::HealthRules;
use ringwise::call::permit::Permit;
use ringwise::call::permit::TrunkSetup;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::phone::PhoneId;
use ringwise::call::phone::PhoneReport;
use ringwise::call::phone::PhoneSetup;
use ringwise::call::phone_bank::PhoneBank;
use ringwise::call::promise::CallbackRules;
use ringwise::call::record::Record;
use ringwise::call::release::Release;
use ringwise::call::switchboard::Parts;
use ringwise::call::switchboard::Switchboard;
use ringwise::call::view::View;
use ringwise::driver::draft::Draft;
use ringwise::driver::prompts::index::Index;
use ringwise::driver::simulated::network::Network;
use ringwise::driver::simulated::network::Weather;
use ringwise::driver::simulated::town::Station;
use ringwise::driver::simulated::town::Town;
use ringwise::driver::simulated::town::World;
use ringwise::machine::acd::engine::Engine;
use ringwise::machine::catalog::Catalog;
use ringwise::machine::catalog::QueueEntry;
use ringwise::machine::catalog::SeatEntry;
use ringwise::machine::ivr::check;
use ringwise::machine::ivr::script::Script;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::machine::media::outline::Outline;
use ringwise::machine::sip::config::Secrets;
use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::Account;
use ringwise::machine::sip::user_agent::UserAgent;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::machine::trunk::gate::TrunkRules;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::flow::Transport;
use ringwise::vocabulary::id::Mint;
use ringwise::vocabulary::id::ReleaseNo;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::phone_number::NumberPlan;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;
use ringwise::vocabulary::time::Wall;

use crate::stage::file;

/// Where the centre is.
pub(crate) const CENTRE_IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The number of the hotline.
pub(crate) const HOTLINE: &str = "10101234";
/// 2026-10-14 09:00 in Shanghai.
pub(crate) const EPOCH: Wall = Wall::from_ms(1_791_939_600_000);
/// How long a seat rings.
pub(crate) const RING: Duration = Duration::from_secs(12);

/// The realm that seats register in.
pub(crate) const REALM: &str = "night.example";
const STATION_PHONES: usize = 100;
const SEAT_STATION_PHONES: usize = 10;
const LEGS_FROM: u64 = 1 << 47;
const SKILLS: [&str; 9] = [
    "ticketing",
    "change",
    "refund",
    "hotel",
    "package",
    "payment",
    "invoice",
    "complaint",
    "lang.zh",
];

/// A phone by its bank and its place there.
pub(crate) type Place = (usize, PhoneId);

/// What a town is made of.
pub(crate) struct Wish {
    /// What each seat's phone does when it is called.
    pub(crate) seats: Vec<Answering>,
    pub(crate) callers: usize,
    pub(crate) weather: Weather,
    pub(crate) seed: u64,
    pub(crate) world: World,
    pub(crate) wrap_up: Duration,
    /// Ports of the centre: half as many legs.
    pub(crate) ports: RangeInclusive<u16>,
    /// When this process starts, and how many calls came to those before it.
    pub(crate) from: (Wall, u64),
    /// Queues besides the hotline's, which every seat serves as well.
    pub(crate) more_queues: Vec<&'static str>,
}

impl Wish {
    /// Fair weather, no customer is known, no after-call work.
    pub(crate) fn small(seats: Vec<Answering>, callers: usize) -> Self {
        Self {
            seats,
            callers,
            weather: Weather::FAIR,
            seed: 1,
            world: nobody_known(),
            wrap_up: Duration::ZERO,
            ports: 20_000..=29_999,
            from: (EPOCH, 0),
            more_queues: Vec::new(),
        }
    }
}

/// Nobody is known, and within 5 ms.
pub(crate) fn nobody_known() -> World {
    use ringwise::call::effect::Answer;
    use ringwise::call::effect::Question;
    Box::new(|question| {
        let answer = match question {
            Question::Orders(_) => Answer::Orders(Ok(Default::default())),
            Question::Service { .. } => Answer::Service(Ok(String::new())),
            Question::Speak { .. } => Answer::Speak(None),
            Question::KeepMessage { .. } => Answer::Kept(Ok(())),
        };
        Some((Duration::from_millis(5), answer))
    })
}

/// A town whose phones are known by their places.
pub(crate) struct Settlement {
    pub(crate) town: Town,
    pub(crate) seats: Vec<Place>,
    pub(crate) callers: Vec<Place>,
    pub(crate) catalog: Arc<Catalog>,
}

impl Settlement {
    pub(crate) fn new(wish: Wish) -> Self {
        Self::with_queue(wish, |_| {})
    }

    /// One whose queue is otherwise.
    pub(crate) fn with_queue(wish: Wish, change: impl FnOnce(&mut QueueEntry)) -> Self {
        Self::with(wish, |_, queue| change(queue))
    }

    /// One whose seats and queue are otherwise.
    pub(crate) fn with(
        wish: Wish,
        change: impl FnOnce(&mut Vec<SeatEntry>, &mut QueueEntry),
    ) -> Self {
        let mut chance = Chance::from_seed(wish.seed);
        let catalog = Arc::new(catalog(&wish, change));
        let release = shipped(&catalog);
        let (centre, mut media) = (centre(), media(wish.ports.clone(), &mut chance));
        for row in Index::read(Path::new("prompts")).rows {
            media.insert_prompt(row.prompt, row.duration);
        }
        Self::around(wish, (centre, release, media), chance)
    }

    /// A town around a centre of this release.
    pub(crate) fn around(
        wish: Wish,
        (centre, release, media): (Centre, Release, Outline),
        mut chance: Chance,
    ) -> Self {
        let catalog = Arc::clone(&release.catalog);
        let (wall, calls) = wish.from;
        let now = Now::START;
        let turn = Turn { now, wall };
        let parts = parts(&catalog, calls, &mut chance);
        let board = Switchboard::new(centre, release, parts, turn);
        let network = Network::new(wish.weather, chance.fork());
        let centre = (centre_address(), board);
        let mut town = Town::new(centre, media, (network, wish.world), wall);
        let seats = wish.seats.iter().enumerate();
        let seats = seats.map(|(at, answering)| Phone::Seat(at, *answering));
        let seats: Vec<_> = seats.collect();
        let seats = settle(&mut town, (&seats, SEAT_STATION_PHONES), &mut chance);
        let callers: Vec<_> = (0..wish.callers).map(Phone::Caller).collect();
        let callers = settle(&mut town, (&callers, STATION_PHONES), &mut chance);
        Self {
            town,
            seats,
            callers,
            catalog,
        }
    }

    /// A telephone outside: whoever calls it must prove to be one of the centre's numbers.
    pub(crate) fn settle_outside(&mut self, number: &str, answering: Answering) -> Place {
        let mut chance = Chance::from_seed(77);
        let phones = [Phone::Outside(number.to_owned(), answering)];
        settle(&mut self.town, (&phones, 1), &mut chance)[0]
    }

    /// A trunk to that telephone, for these destinations, but for what `change` does to it.
    pub(crate) fn set_trunk(
        &mut self,
        telephone: Place,
        destinations: &[&str],
        change: impl FnOnce(&mut TrunkSetup),
    ) {
        let remote = self.town.stations[telephone.0].address;
        let flow = Flow {
            transport: Transport::Udp,
            local: centre_address(),
            remote,
        };
        let destinations = destinations.iter();
        let mut trunk = TrunkSetup {
            rules: TrunkRules {
                name: "carrier".to_owned(),
                destinations: destinations.map(|one| one.parse().unwrap()).collect(),
                calls_max: 2,
                per_minute: 100,
                per_hour: 100,
            },
            permit: Permit {
                flow,
                host: remote.to_string(),
                from: OURS.to_owned(),
                account: Some(Account {
                    user: OURS.to_owned(),
                    password: format!("secret of {OURS}"),
                    realm: OUTSIDE_REALM.to_owned(),
                    flow,
                    expires_s: 0,
                }),
            },
        };
        change(&mut trunk);
        let turn = self.town.turn();
        self.town.centre.set_trunks(turn, vec![trunk]);
    }

    /// What faces would see by now.
    pub(crate) fn view(&self) -> View {
        let mut view = View::default();
        let facts = self.town.facts.iter();
        facts.for_each(|fact| view.take(fact));
        view
    }

    /// Tells a phone something after a while.
    pub(crate) fn tell(&mut self, after_ms: u64, (bank, phone): Place, command: PhoneCommand) {
        let after = Duration::from_millis(after_ms);
        self.town.tell(after, bank, phone, command);
    }

    /// A caller dials the hotline.
    pub(crate) fn dial(&mut self, after_ms: u64, caller: Place) {
        self.tell(after_ms, caller, PhoneCommand::Dial(HOTLINE.to_owned()));
    }

    /// Lets so much time pass.
    pub(crate) fn pass(&mut self, ms: u64) {
        let until = self.town.turn().now + Duration::from_millis(ms);
        while self.town.step(until) {}
        self.town.rest(until);
    }

    /// Every seat registers and says ready.
    pub(crate) fn open(&mut self) {
        for seat in self.seats.clone() {
            self.tell(0, seat, PhoneCommand::Register);
            self.tell(1_000, seat, PhoneCommand::Dial("*11".to_owned()));
        }
        self.pass(10_000);
    }

    /// What a phone has reported so far, with its time in milliseconds.
    pub(crate) fn reports(&self, (bank, phone): Place) -> Vec<(u128, PhoneReport)> {
        let all = self.town.reports.iter();
        let its = all.filter(|report| (report.0, report.1) == (bank, phone));
        its.map(|(_, _, at, report)| (at.since_start().as_millis(), report.clone()))
            .collect()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        let closed = self.town.facts.iter().filter_map(|fact| {
            let Fact::Closed(record) = &fact.fact else {
                return None;
            };
            Some((**record).clone())
        });
        closed.collect()
    }
}

enum Phone {
    Seat(usize, Answering),
    Caller(usize),
    Outside(String, Answering),
}

/// The number that the called see, and that the centre proves to be.
pub(crate) const OURS: &str = "+861060000000";
/// The realm that telephones outside ask for.
pub(crate) const OUTSIDE_REALM: &str = "phones";

/// The far end that a seat registers as.
pub(crate) fn seat_user(at: usize) -> String {
    format!("seat-{at}")
}

fn centre_address() -> SocketAddr {
    SocketAddr::new(CENTRE_IP, 5060)
}

fn settle(
    town: &mut Town,
    (phones, at_most): (&[Phone], usize),
    chance: &mut Chance,
) -> Vec<Place> {
    let mut places = Vec::new();
    for phones in phones.chunks(at_most) {
        let number = u8::try_from(town.stations.len() + 2).unwrap();
        let ip = IpAddr::V4(Ipv4Addr::new(127, 0, 0, number));
        let address = SocketAddr::new(ip, 5060);
        let mut config = UaConfig::closed(OUTSIDE_REALM);
        if matches!(phones, [Phone::Outside(..)]) {
            let secrets = Secrets::of(OURS, OUTSIDE_REALM, &format!("secret of {OURS}"));
            config.users = [(OURS.to_owned(), secrets)].into();
        } else {
            config.allow = "127.0.0.0/8".parse().into_iter().collect();
        }
        let ua = UserAgent::new(config, chance.fork(), Mint::new(0, number, LEGS_FROM));
        let mut bank = PhoneBank::new(ua, Mint::new(0, number, 1), ip);
        let flow = Flow {
            transport: Transport::Udp,
            local: address,
            remote: centre_address(),
        };
        let ids: Vec<_> = phones
            .iter()
            .map(|one| bank.add(setup(one, flow)))
            .collect();
        let media = Outline::new(ip, 10_000..=29_999, chance.fork());
        let bank = town.settle(Station {
            address,
            bank,
            media,
        });
        places.extend(ids.into_iter().map(|id| (bank, id)));
    }
    places
}

fn setup(phone: &Phone, centre: Flow) -> PhoneSetup {
    let (user, tone_hz, answering, registers) = match phone {
        Phone::Seat(at, answering) => (seat_user(*at), 440, *answering, true),
        Phone::Caller(at) => (format!("138{at:08}"), 620, Answering::Never, false),
        Phone::Outside(number, answering) => (number.clone(), 500, *answering, false),
    };
    let account = registers.then(|| Account {
        user: user.clone(),
        password: format!("secret of {user}"),
        realm: REALM.to_owned(),
        flow: centre,
        expires_s: 600,
    });
    PhoneSetup {
        user,
        name: String::new(),
        centre,
        tone_hz: Some(tone_hz),
        answering,
        account,
    }
}

/// Every seat knows both languages; every third lacks one skill of another.
fn catalog(wish: &Wish, change: impl FnOnce(&mut Vec<SeatEntry>, &mut QueueEntry)) -> Catalog {
    let more = wish.more_queues.iter().map(|name| (*name).to_owned());
    let seat = |at: usize| {
        let lacks = |skill: usize| at % 3 == 2 && skill == at % 8;
        let known = SKILLS.iter().enumerate().filter(|(no, _)| !lacks(*no));
        let names = known.map(|(_, skill)| *skill).chain(["lang.en"]);
        SeatEntry {
            id: seat_user(at),
            skills: names.map(|skill| (skill.to_owned(), 5)).collect(),
            queues: std::iter::once("after-sales".to_owned())
                .chain(more.clone())
                .collect(),
            ..SeatEntry::default()
        }
    };
    let mut queue = QueueEntry {
        ring: RING,
        wrap_up: wish.wrap_up,
        waiting_max: 25,
        ..QueueEntry::named("after-sales")
    };
    let mut seats = (0..wish.seats.len()).map(seat).collect();
    change(&mut seats, &mut queue);
    let more = more.map(|name| QueueEntry {
        name,
        ..queue.clone()
    });
    let queues = std::iter::once(queue.clone()).chain(more).collect();
    Catalog::new(seats, queues).unwrap()
}

/// The sound of the centre, without prompts.
pub(crate) fn media(ports: RangeInclusive<u16>, chance: &mut Chance) -> Outline {
    Outline::new(centre_address().ip(), ports, chance.fork())
}

/// The shipped hotline.
fn shipped(catalog: &Arc<Catalog>) -> Release {
    let draft = Draft::load(Path::new("dialplans"), Path::new("banks"), None).unwrap();
    let index = Index::read(Path::new("prompts"));
    let mut music = index.rows.iter().filter(|row| row.language.is_none());
    Release {
        number: ReleaseNo(1),
        hash: "first".to_owned(),
        catalog: Arc::clone(catalog),
        scripts: draft.scripts.into_iter().chain(examples()).collect(),
        banks: draft.banks,
        versions: draft.versions,
        phrasebook: Arc::new(Phrasebook::new(index.phrases())),
        music: music.next().map(|row| row.prompt),
        ..Release::default()
    }
}

/// What all calls share.
pub(crate) fn centre() -> Centre {
    Centre {
        numbers: NumberPlan::new("CN", "10").unwrap(),
        languages: vec![Language::Mandarin, Language::English],
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        media: MediaAddress {
            address: centre_address().ip(),
            advertise: None,
            local_nets: Vec::new(),
        },
        calls_max: 5_000,
        ending_max: Duration::from_secs(40),
        retry_after: Duration::from_secs(10),
        callback: CallbackRules::default(),
        health: HealthRules::default(),
    }
}

/// The examples that ask the caller when the seat has hung up, and of waiting; ways to call out.
fn examples() -> impl Iterator<Item = Arc<Script>> {
    let files = [
        "examples/dialplans/queue.yaml",
        "examples/dialplans/waiting.yaml",
        "examples/dialplans/callback.yaml",
        "examples/dialplans/message.yaml",
        "tests/data/calling-out/ways.yaml",
        "tests/data/messages/again.yaml",
    ];
    files.into_iter().map(|name| {
        let text = file(name);
        let checked = check::check(&text, &Surroundings::default());
        Arc::new(checked.unwrap().script)
    })
}

fn parts(catalog: &Catalog, calls: u64, chance: &mut Chance) -> Parts {
    let mut config = UaConfig::closed(REALM);
    config.allow = "127.0.0.0/8".parse().into_iter().collect();
    let users = catalog.seats().iter().map(|seat| {
        let password = format!("secret of {}", seat.id);
        (seat.id.clone(), Secrets::of(&seat.id, REALM, &password))
    });
    config.users = users.collect();
    Parts {
        ua: UserAgent::new(config, chance.fork(), Mint::new(0, 0, LEGS_FROM)),
        acd: Engine::new(catalog.seat_setups(), catalog.queue_setups()),
        models: Default::default(),
        mint: Mint::new(0, 0, calls + 1),
        first_seq: 1,
    }
}
