//! Centres and their calls. Times are minutes, rates are per minute.

use ringwise::vocabulary::chance::Chance;

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) at: f64,
    pub(super) kind: usize,
    pub(super) patience: f64,
    /// How long a seat of each group would talk.
    pub(super) talk: Vec<f64>,
    /// Below this part of abandoners call back; drawn once.
    pub(super) returns: f64,
}

/// A queue of an instance.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// What a minute's wait costs, in thousandths.
    pub(super) weight: u32,
    /// Seconds.
    pub(super) target: f64,
    /// Groups in the order in which they are asked; empty: no order.
    pub(super) order: Vec<usize>,
    /// The group with most free seats is asked first.
    pub(super) levelled: bool,
}

impl Kind {
    pub(super) fn plain() -> Self {
        Self {
            weight: 1_000,
            target: 20.0,
            order: Vec::new(),
            levelled: false,
        }
    }
}

/// How a centre is made and how its days go.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) name: &'static str,
    pub(super) kinds: Vec<Kind>,
    /// The kinds that each group serves.
    pub(super) groups: Vec<Vec<usize>>,
    /// From when on how many seats of each group are there.
    pub(super) staff: Vec<(f64, Vec<u32>)>,
    /// Calls that arrive before it are not counted.
    pub(super) warm_up: f64,
    /// Calls at once; one more is blocked.
    pub(super) lines: usize,
    /// The part of abandoners that call back, and after how long.
    pub(super) returns: (f64, f64),
    /// Seats are chosen by lot.
    pub(super) lottery: bool,
}

impl Instance {
    pub(super) fn plain(name: &'static str, kinds: Vec<Kind>, groups: Vec<Vec<usize>>) -> Self {
        Self {
            name,
            kinds,
            groups,
            staff: Vec::new(),
            warm_up: 0.0,
            lines: usize::MAX,
            returns: (0.0, 0.0),
            lottery: false,
        }
    }
}

/// Draws from distributions.
pub(super) struct Draw(Chance);

impl Draw {
    /// One stream per day and kind, so that policies meet the same calls.
    pub(super) fn of(day: u64, stream: u64) -> Self {
        Self(Chance::from_seed(day * 1_000 + stream))
    }

    pub(super) fn unit(&mut self) -> f64 {
        1.0 - self.0.fraction()
    }

    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    pub(super) fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Marsaglia and Tsang, A simple method for generating gamma variables (2000).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.below(end)
    }

    /// Arrivals of a Poisson process of this rate between two moments.
    pub(super) fn arrivals(&mut self, from: f64, to: f64, rate: f64) -> Vec<f64> {
        let mut at = from;
        let next = || {
            at += self.exponential(1.0 / rate);
            (at < to).then_some(at)
        };
        std::iter::from_fn(next).collect()
    }
}

fn sorted(mut calls: Vec<Call>) -> Vec<Call> {
    calls.sort_by(|one, other| one.at.total_cmp(&other.at));
    calls
}

/// Exponential everything: (rate, mean talk, mean patience) of each kind, for so many minutes.
pub(super) fn markovian(day: u64, kinds: &[(f64, f64, f64)], groups: usize, end: f64) -> Vec<Call> {
    let mut calls = Vec::new();
    for (kind, (rate, talk, patience)) in kinds.iter().enumerate() {
        let mut draw = Draw::of(day, 10 + kind as u64);
        for at in draw.arrivals(0.0, end, *rate) {
            let talk = draw.exponential(*talk);
            calls.push(Call {
                at,
                kind,
                patience: draw.exponential(*patience),
                talk: vec![talk; groups],
                returns: 1.0,
            });
        }
    }
    sorted(calls)
}

/// The N-design: two kinds, the first has seats of its own and shares those of the second.
pub(super) fn n_design() -> (Instance, [(f64, f64, f64); 2]) {
    let weighs = |weight| Kind {
        weight,
        ..Kind::plain()
    };
    let kinds = vec![weighs(4_000), weighs(1_000)];
    let instance = Instance {
        staff: vec![(0.0, vec![16, 24])],
        warm_up: 150.0,
        ..Instance::plain("N-design", kinds, vec![vec![0], vec![1, 0]])
    };
    (instance, [(5.2, 4.0, 8.0), (3.3, 6.0, 12.0)])
}

/// `SimpleMSK` of `ContactCenters` (Buist and L'Ecuyer, Apache-2.0): three kinds, two groups, three
/// periods of two hours, a busyness per day.
pub(super) fn simple_msk() -> Instance {
    let ordered = |order: &[usize]| Kind {
        order: order.to_vec(),
        ..Kind::plain()
    };
    let kinds = vec![ordered(&[0]), ordered(&[0, 1]), ordered(&[1])];
    let staff = vec![
        (0.0, vec![12, 15]),
        (120.0, vec![18, 20]),
        (240.0, vec![9, 11]),
    ];
    Instance {
        staff,
        ..Instance::plain("SimpleMSK", kinds, vec![vec![1, 0], vec![2, 1]])
    }
}

pub(super) fn simple_msk_calls(day: u64) -> Vec<Call> {
    const RATES: [[f64; 3]; 3] = [[4.2, 5.3, 3.2], [5.1, 4.3, 4.8], [6.3, 5.2, 4.8]];
    const SERVED: [f64; 3] = [0.5, 0.6, 0.4];
    const LEAVE: [f64; 3] = [0.3, 0.4, 0.2];
    let busyness = Draw::of(day, 1).gamma(28.7) / 28.7;
    let mut calls = Vec::new();
    for (kind, rates) in RATES.iter().enumerate() {
        let mut draw = Draw::of(day, 10 + kind as u64);
        for (period, rate) in rates.iter().enumerate() {
            let from = period as f64 * 120.0;
            for at in draw.arrivals(from, from + 120.0, rate * busyness) {
                let talk = draw.exponential(1.0 / SERVED[period]);
                calls.push(Call {
                    at,
                    kind,
                    patience: draw.exponential(1.0 / LEAVE[period]),
                    talk: vec![talk; 2],
                    returns: 1.0,
                });
            }
        }
    }
    sorted(calls)
}

/// `MMC` and, with patience, `MMCAb` of `ContactCenters`.
pub(super) fn mmc() -> Instance {
    Instance {
        staff: vec![(0.0, vec![12])],
        ..Instance::plain("MMC", vec![Kind::plain()], vec![vec![0]])
    }
}

/// Bilingual of `ContactCenters`, one day: 8 to 17 h.
pub(super) fn bilingual() -> Instance {
    let language = || Kind {
        target: 60.0,
        ..Kind::plain()
    };
    Instance {
        staff: vec![(0.0, vec![7, 7, 4])],
        lines: 40,
        returns: (0.75, 20.0),
        lottery: true,
        ..Instance::plain(
            "Bilingual",
            vec![language(), language()],
            vec![vec![0], vec![1], vec![0, 1]],
        )
    }
}

pub(super) fn bilingual_calls(day: u64) -> Vec<Call> {
    let mut calls = Vec::new();
    for (kind, (least, most)) in [(3.0, 7.0), (4.0, 6.0)].into_iter().enumerate() {
        let mut draw = Draw::of(day, 10 + kind as u64);
        let mut times = draw.arrivals(0.0, 60.0, 100.0 / 60.0);
        times.extend(draw.arrivals(60.0, 540.0, 50.0 / 60.0));
        for at in times {
            let talk = draw.uniform(least, most);
            calls.push(Call {
                at,
                kind,
                patience: draw.exponential(2.0),
                talk: vec![talk; 3],
                returns: draw.unit(),
            });
        }
    }
    sorted(calls)
}

/// Bank of `ContactCenters`, one day: 8 to 17 h; savings, checking, balance.
pub(super) fn bank() -> Instance {
    let kind = |target, order: &[usize]| Kind {
        target,
        order: order.to_vec(),
        ..Kind::plain()
    };
    let kinds = vec![
        kind(60.0, &[0, 1]),
        kind(90.0, &[1, 0]),
        Kind {
            levelled: true,
            ..kind(30.0, &[0, 1])
        },
    ];
    Instance {
        staff: vec![(0.0, vec![3, 4])],
        lines: 15,
        ..Instance::plain("Bank", kinds, vec![vec![0, 1, 2], vec![1, 0, 2]])
    }
}

pub(super) fn bank_calls(day: u64) -> Vec<Call> {
    const MEANS: [f64; 3] = [5.0, 5.0, 1.0];
    const FACTORS: [[f64; 3]; 2] = [[0.75, 1.0, 1.0], [1.0, 0.75, 1.0]];
    const PATIENCE: [(f64, f64); 3] = [(3.0, 5.0), (3.0, 5.0), (2.5, 3.5)];
    let rates = [(4.0, 2.0), (40.0, 20.0), (100.0, 50.0)];
    let mut calls = Vec::new();
    for (kind, (first, rest)) in rates.into_iter().enumerate() {
        let mut draw = Draw::of(day, 10 + kind as u64);
        let mut times = draw.arrivals(0.0, 60.0, first / 60.0);
        times.extend(draw.arrivals(60.0, 540.0, rest / 60.0));
        for at in times {
            let talk = draw.exponential(MEANS[kind]);
            let (least, most) = PATIENCE[kind];
            calls.push(Call {
                at,
                kind,
                patience: draw.uniform(least, most),
                talk: FACTORS.iter().map(|factors| talk * factors[kind]).collect(),
                returns: 1.0,
            });
        }
    }
    sorted(calls)
}
