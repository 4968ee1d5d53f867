//! What an evaluation says, as a person reads it.

use std::io;
use std::io::Write;

use crate::machine::prediction::evaluation::score::Score;

/// Writes all that is known of the predictions.
///
/// # Errors
///
/// `out` cannot be written.
pub fn write(score: &Score, oracle: Option<f64>, out: &mut dyn Write) -> io::Result<()> {
    let means = score.means();
    let [one, three, five] = means.hits;
    writeln!(
        out,
        "log-loss       {:.4} nats over order and question",
        means.loss
    )?;
    writeln!(
        out,
        "               {:.4} over the question alone; {:.4} by shares alone",
        means.question_loss, means.marginal
    )?;
    if let Some(oracle) = oracle {
        let share = means.information(oracle);
        writeln!(
            out,
            "information    {share:.4} of what the oracle ({oracle}) knows"
        )?;
    }
    writeln!(
        out,
        "hit            {one:.4} at 1, {three:.4} at 3, {five:.4} at 5; mean place {:.2}",
        means.rank
    )?;
    writeln!(
        out,
        "calibration    {:.4} mean error of what was held likeliest, {:.4} of all (15 bins)",
        means.first_error, means.all_error
    )?;
    writeln!(
        out,
        "listening      {:.1} s to the right option, {:.1} s by the fixed menu; {:.1} options read, right {:.1} %",
        means.listened_s,
        means.fixed_s,
        means.read,
        100.0 * means.served
    )?;
    writeln!(
        out,
        "coverage       {:.1} % asked what the bank has",
        100.0 * means.coverage
    )
}

/// Writes one line of a curve.
///
/// # Errors
///
/// `out` cannot be written.
pub fn write_line(
    learned: usize,
    score: &Score,
    oracle: Option<f64>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let means = score.means();
    write!(
        out,
        "after {learned:>6} calls: log-loss {:.4}, hit at 3 {:.4}, calibration {:.4}, listening {:.1} s",
        means.loss, means.hits[1], means.first_error, means.listened_s
    )?;
    match oracle {
        Some(oracle) => writeln!(out, ", information {:.4}", means.information(oracle)),
        None => writeln!(out),
    }
}

/// Writes how each question fared, the most frequent first.
///
/// # Errors
///
/// `out` cannot be written.
pub fn write_questions(score: &Score, out: &mut dyn Write) -> io::Result<()> {
    let mut questions: Vec<_> = score.questions.iter().collect();
    questions.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    writeln!(out, "{:<44} {:>7} {:>9}", "question", "asked", "hit at 3")?;
    for (id, (count, found)) in questions {
        let share = 100 * found / (*count).max(1);
        writeln!(out, "{id:<44} {count:>7} {share:>7} %")?;
    }
    Ok(())
}
