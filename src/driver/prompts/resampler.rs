//! Samples at any rate to 8 kHz, through a low-pass that keeps what a telephone carries.

use std::f64::consts::PI;

/// The telephone's sampling rate.
pub const RATE_HZ: u32 = 8_000;
/// The pass band ends here at half level; 4 kHz folds.
const CUTOFF_HZ: f64 = 3_700.0;
/// Length of the kernel to either side, in samples at 8 kHz: about 65 dB down at 4.1 kHz.
const HALF_WIDTH: u32 = 24;
/// Shape of the Kaiser window (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5.3).
const KAISER_BETA: f64 = 6.2;
/// Products summed side by side, so that the compiler can use vector registers.
const LANES: usize = 8;
/// Samples kept before those in use are moved to the front.
const BUFFERED_MAX: usize = 1 << 16;

/// A stream of samples on its way to 8 kHz: windowed-sinc interpolation, a kernel per phase.
///
/// Output sample `n` stands at `n / 8000` seconds of the input: there is no delay.
#[derive(Debug)]
pub struct Resampler {
    /// Input samples per output sample: `step / kernels.len()`.
    step: usize,
    kernels: Vec<Box<[f32]>>,
    /// Input, beginning `half` samples before the first one.
    buffer: Vec<f32>,
    half: usize,
    /// Where the next kernel begins in `buffer`, and its phase.
    next: usize,
    phase: usize,
    received: u64,
    rate_hz: u32,
    output: Vec<i16>,
}

impl Resampler {
    /// A resampler for input at `rate_hz`, 8,000 to 48,000; other rates are taken as the nearest.
    #[must_use]
    pub fn new(rate_hz: u32) -> Self {
        let rate_hz = rate_hz.clamp(RATE_HZ, 48_000);
        let shared = greatest_common_divisor(rate_hz, RATE_HZ);
        let half = usize::try_from((HALF_WIDTH * rate_hz).div_ceil(RATE_HZ)).unwrap_or(0);
        let phases = RATE_HZ / shared;
        Self {
            step: usize::try_from(rate_hz / shared).unwrap_or(1),
            kernels: (0..phases)
                .map(|phase| kernel(rate_hz, half, f64::from(phase) / f64::from(phases)))
                .collect(),
            buffer: vec![0.0; half],
            half,
            next: 0,
            phase: 0,
            received: 0,
            rate_hz,
            output: Vec::new(),
        }
    }

    /// Takes samples from -1 to 1.
    pub fn push(&mut self, samples: &[f32]) {
        self.received += samples.len() as u64;
        if self.rate_hz == RATE_HZ {
            self.output
                .extend(samples.iter().map(|sample| level(*sample)));
            return;
        }
        self.buffer.extend_from_slice(samples);
        self.drain();
    }

    /// How many samples at 8 kHz there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.output.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.output.is_empty()
    }

    /// All samples at 8 kHz.
    #[must_use]
    pub fn finish(mut self) -> Vec<i16> {
        if self.rate_hz != RATE_HZ {
            self.buffer.resize(self.buffer.len() + 2 * self.half, 0.0);
            self.drain();
            let length = (self.received * u64::from(RATE_HZ)).div_ceil(u64::from(self.rate_hz));
            self.output
                .truncate(usize::try_from(length).unwrap_or(usize::MAX));
        }
        self.output
    }

    fn drain(&mut self) {
        let phases = self.kernels.len();
        while let Some(kernel) = self.kernels.get(self.phase) {
            let Some(window) = self.buffer.get(self.next..self.next + kernel.len()) else {
                break;
            };
            self.output.push(level(dot(window, kernel)));
            self.phase += self.step;
            self.next += self.phase / phases;
            self.phase %= phases;
        }
        if self.next > BUFFERED_MAX {
            self.buffer.drain(..self.next.min(self.buffer.len()));
            self.next = 0;
        }
    }
}

const fn greatest_common_divisor(mut one: u32, mut other: u32) -> u32 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The weights of `2 * half` input samples around a point `fraction` of a sample past the middle
/// one; their sum is 1.
fn kernel(rate_hz: u32, half: usize, fraction: f64) -> Box<[f32]> {
    let turns = 2.0 * CUTOFF_HZ / f64::from(rate_hz);
    let width = half as f64;
    let weights: Vec<f64> = (0..2 * half)
        .map(|at| {
            let distance = at as f64 - width - fraction;
            sinc(turns * distance) * kaiser(distance / width)
        })
        .collect();
    let sum: f64 = weights.iter().sum();
    #[expect(clippy::cast_possible_truncation, reason = "24 bits suffice")]
    let weight = |weight: &f64| (weight / sum) as f32;
    weights.iter().map(weight).collect()
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// The Kaiser window from -1 to 1, not scaled.
fn kaiser(x: f64) -> f64 {
    bessel(KAISER_BETA * (1.0 - x * x).max(0.0).sqrt())
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-12 {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

fn dot(samples: &[f32], weights: &[f32]) -> f32 {
    let (samples, last_samples) = samples.as_chunks::<LANES>();
    let (weights, last_weights) = weights.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (samples, weights) in samples.iter().zip(weights) {
        for lane in 0..LANES {
            lanes[lane] += samples[lane] * weights[lane];
        }
    }
    let last = last_samples.iter().zip(last_weights);
    let last: f32 = last.map(|(sample, weight)| sample * weight).sum();
    lanes.iter().sum::<f32>() + last
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates; not-a-number becomes 0"
)]
fn level(sample: f32) -> i16 {
    let level = sample * 32_768.0;
    // The cast cuts off towards zero; `round` would be a call for every sample.
    (level + 0.5_f32.copysign(level)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The level in dB of a sine of `hz` at full scale, sampled at `rate_hz`, once it is at 8 kHz.
    fn gain_db(rate_hz: u32, hz: f64) -> f64 {
        let mut resampler = Resampler::new(rate_hz);
        let turns = |at: u32| hz * f64::from(at) / f64::from(rate_hz);
        #[expect(clippy::cast_possible_truncation, reason = "24 bits suffice")]
        let wave = |at: u32| (0.9 * (2.0 * PI * turns(at)).sin()) as f32;
        let samples: Vec<f32> = (0..rate_hz).map(wave).collect();
        for chunk in samples.chunks(1_000) {
            resampler.push(chunk);
        }
        let output = resampler.finish();
        assert_eq!(output.len(), 8_000, "{rate_hz} Hz");
        let middle = &output[1_000..7_000];
        let power: f64 = middle.iter().map(|level| f64::from(*level).powi(2)).sum();
        let full = 0.9 * 32_768.0 / 2_f64.sqrt();
        20.0 * ((power / 6_000.0).sqrt() / full).log10()
    }

    #[test]
    fn what_a_telephone_carries_passes_and_the_rest_does_not() {
        for rate_hz in [16_000, 22_050, 24_000, 44_100, 48_000, 47_000] {
            for hz in [300.0, 1_000.0, 3_000.0, 3_400.0] {
                let gain = gain_db(rate_hz, hz);
                assert!(gain.abs() < 0.15, "{rate_hz} Hz: {hz} Hz has {gain} dB");
            }
            for hz in [4_200.0, 5_000.0, 7_000.0] {
                let gain = gain_db(rate_hz, hz);
                assert!(gain < -60.0, "{rate_hz} Hz: {hz} Hz has {gain} dB");
            }
        }
    }

    #[test]
    fn an_output_sample_stands_where_its_input_stood() {
        for rate_hz in [16_000, 24_000, 48_000] {
            let mut samples = vec![0.0; usize::try_from(rate_hz).unwrap()];
            samples[usize::try_from(rate_hz / 2).unwrap()] = 1.0;
            let mut resampler = Resampler::new(rate_hz);
            resampler.push(&samples);
            let output = resampler.finish();
            let peak = (0..output.len()).max_by_key(|at| output[*at]).unwrap();
            assert_eq!(peak, 4_000, "{rate_hz} Hz");
        }
    }

    #[test]
    fn input_at_8_khz_stays_as_it_is() {
        let mut resampler = Resampler::new(8_000);
        resampler.push(&[0.0, 0.5, -1.0, 1.0, f32::NAN]);
        assert_eq!(resampler.finish(), [0, 16_384, -32_768, 32_767, 0]);
    }
}
